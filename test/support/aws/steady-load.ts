/** Sends requests continuously from several callers, and counts the outcomes. */

export interface Load {
  /** Resolves after this number of further responses. */
  more(requests: number): Promise<void>;
  /** Stops the callers. Returns how often each outcome occurred: a status, or the code of an error. */
  stop(): Promise<Readonly<Record<string, number>>>;
}

/** @param request sends one request and returns its status */
export function startLoad(callers: number, request: () => Promise<number>): Load {
  const outcomes: Record<string, number> = {};
  let completed = 0;
  let isEnding = false;
  let waiting: { readonly until: number; readonly resolve: () => void } | undefined;
  const count = (outcome: string) => {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    completed += 1;
    if (waiting && completed >= waiting.until) waiting.resolve();
  };
  const work = Array.from({ length: callers }, async () => {
    while (!isEnding)
      count(String(await request().catch((error: { readonly code?: string }) => error.code ?? 'error')));
  });
  return {
    more: (requests) =>
      new Promise((resolve) => {
        waiting = { until: completed + requests, resolve };
      }),
    stop: async () => {
      isEnding = true;
      await Promise.all(work);
      return outcomes;
    },
  };
}
