// Several files at once, yet in order: what comes out is the same whatever the number of workers.

/** Batches waiting per file; a file that is not its turn yet stops there and its worker waits. */
const bufferedBatches = 4;

interface Pump<Item> {
  next(): Promise<IteratorResult<Item, undefined>>;
  close(): Promise<void>;
}

/**
 * Opens up to `width` iterables ahead of the one being read and concatenates them in the order of `items`.
 * Closing early closes all that were opened.
 */
export async function* concatReadAhead<Input, Item>(
  items: AsyncIterable<Input> | Iterable<Input>,
  width: number,
  open: (item: Input) => AsyncIterable<Item>,
): AsyncGenerator<Item> {
  const queue: Pump<Item>[] = [];
  try {
    for await (const item of items) {
      queue.push(startPump(open(item)));
      if (queue.length > width) yield* drain(queue);
    }
    while (queue.length > 0) yield* drain(queue);
  } finally {
    await Promise.all(queue.map((pump) => pump.close()));
  }
}

async function* drain<Item>(queue: Pump<Item>[]): AsyncGenerator<Item> {
  const pump = queue[0] as Pump<Item>;
  for (;;) {
    const result = await pump.next();
    if (result.done === true) break;
    yield result.value;
  }
  queue.shift();
}

function startPump<Item>(iterable: AsyncIterable<Item>): Pump<Item> {
  const iterator = iterable[Symbol.asyncIterator]();
  const pending: Promise<IteratorResult<Item, undefined>>[] = [];
  let last: Promise<IteratorResult<Item, undefined>> | undefined;
  let closed = false;

  const pull = (): void => {
    // One call at a time: an iterator need not stand a second call before the first one ended.
    const result = (last ?? Promise.resolve()).then(() => iterator.next());
    // Reported when it is this result's turn; until then it must not count as unhandled.
    result.catch(() => undefined);
    last = result;
    pending.push(result);
    void result.then(
      ({ done }) => {
        if (done !== true && !closed && pending.length < bufferedBatches) pull();
      },
      () => undefined,
    );
  };
  pull();
  return {
    next: async () => {
      const result = await (pending[0] as Promise<IteratorResult<Item, undefined>>);
      if (result.done !== true) {
        void pending.shift();
        if (pending.length === 0) pull();
      }
      return result;
    },
    close: async () => {
      closed = true;
      await last?.catch(() => undefined);
      await iterator.return?.();
    },
  };
}
