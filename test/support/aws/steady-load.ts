/** Callers who come one after the other, all the time: how each was answered is counted. */

export interface Load {
  /** Resolves when so many more requests have been answered. */
  more(requests: number): Promise<void>;
  /** Lets the callers end, and tells how often there was what: a status, or the error's code. */
  stop(): Promise<Readonly<Record<string, number>>>;
}

/** @param request sends one and answers its status */
export function startLoad(callers: number, request: () => Promise<number>): Load {
  const outcomes: Record<string, number> = {};
  let answered = 0;
  let isEnding = false;
  let waiting: { readonly until: number; readonly resolve: () => void } | undefined;
  const count = (outcome: string) => {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    answered += 1;
    if (waiting && answered >= waiting.until) waiting.resolve();
  };
  const work = Array.from({ length: callers }, async () => {
    while (!isEnding)
      count(String(await request().catch((error: { readonly code?: string }) => error.code ?? 'error')));
  });
  return {
    more: (requests) =>
      new Promise((resolve) => {
        waiting = { until: answered + requests, resolve };
      }),
    stop: async () => {
      isEnding = true;
      await Promise.all(work);
      return outcomes;
    },
  };
}
