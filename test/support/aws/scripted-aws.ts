/** AWS as a unit test scripts it: a request handler for the SDK's clients that records requests, and opens no socket. */

export interface SentRequest {
  readonly method: string;
  readonly hostname: string;
  readonly path: string;
  readonly body?: string | Uint8Array;
}

export interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/** What was sent, and the next replies. Without one, a request succeeds. */
export class ScriptedAws {
  sent: SentRequest[] = [];
  replies: Reply[] = [];

  /** The options of a client. */
  readonly options = {
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' },
    maxAttempts: 1,
    requestHandler: {
      handle: async (request: SentRequest) => {
        this.sent.push(request);
        const { status, body } = this.replies.shift() ?? { status: 200, body: {} };
        const headers = { 'content-type': 'application/x-amz-json-1.0' };
        return { response: { statusCode: status, headers, body: Buffer.from(JSON.stringify(body)) } };
      },
    } as never,
  };

  reset(): void {
    this.sent = [];
    this.replies = [];
  }
}
