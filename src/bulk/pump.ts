// Batches to their work: one is sent while the next ones are made.

/** Items that wait to be sent, at most: what the server has to do while V8 collects garbage. */
const ahead = 4;

/**
 * Hands each item on, and whether it is known to be the last (always for an only one). The source is read ahead, so that
 * making and sending overlap; it is closed when sending fails.
 *
 * @throws what the source or `send` throws; the signal's reason, at once even when the source is stuck.
 */
export async function pump<Item extends { isFull: boolean }>(
  source: AsyncGenerator<Item>,
  send: (item: Item, isLast: boolean) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const waiting: Item[] = [];
  let state: "reading" | "done" | "closed" = "reading";
  let wake = (): void => undefined;
  const changed = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });
  const read = async (): Promise<void> => {
    while (state === "reading") {
      const { value, done } = await source.next();
      if (done === true) state = "done";
      else waiting.push(value);
      wake();
      while (waiting.length >= ahead && state === "reading") await changed();
    }
  };
  let failure: { error: unknown } | undefined;
  const reading = read().catch((error: unknown) => {
    failure = { error };
    state = "done";
    wake();
  });
  // Whether the first one is the only one makes a difference, unless it is a full one.
  const isSure = (): boolean => waiting.length > 1 || waiting[0]?.isFull === true;
  let isFirst = true;
  try {
    for (;;) {
      while ((isFirst ? !isSure() : waiting.length === 0) && state === "reading") {
        await orAbort(changed(), signal);
      }
      if (failure !== undefined) throw failure.error;
      const item = waiting.shift();
      if (item === undefined) break;
      wake();
      isFirst = false;
      await send(item, state !== "reading" && waiting.length === 0);
    }
    await reading;
  } catch (error) {
    state = "closed";
    wake();
    // Not awaited: a source that is stuck would never answer.
    void source.return(undefined).catch(() => undefined);
    throw error;
  }
}

/** The promise, unless the signal aborts before. */
export function orAbort<Result>(promise: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
