// Batches to their work: one is sent while the next but one is made.

/**
 * Hands each item on, and whether it is the last. The source is read two items ahead, so that making and sending
 * overlap; it is closed when sending fails.
 *
 * @throws what the source or `send` throws; the signal's reason, at once even when the source is stuck.
 */
export async function pump<Item>(
  source: AsyncGenerator<Item>,
  send: (item: Item, isLast: boolean) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const next = (): Promise<IteratorResult<Item>> => {
    const result = orAbort(source.next(), signal);
    // Whoever awaits it sees the error; until then it must not count as unhandled.
    result.catch(() => undefined);
    return result;
  };
  try {
    let current = await next();
    let following = current.done === true ? current : await next();
    while (current.done !== true) {
      const fetching = following.done === true ? Promise.resolve(following) : next();
      await send(current.value, following.done === true);
      current = following;
      following = await fetching;
    }
  } catch (error) {
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
