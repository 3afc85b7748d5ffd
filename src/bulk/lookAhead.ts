// Whether an input is small is known when its end was seen.

import type { LaneBatch } from "./batch.ts";
import { orAbort } from "./pump.ts";
import { isSmall } from "./smallLoad.ts";

export interface LookedAt {
  /** The whole input, when one small batch holds it. */
  only: LaneBatch | null;
  /** All batches, the ones that were looked at included. */
  all: AsyncGenerator<LaneBatch>;
}

/** Looks at two batches at most. @throws what the input throws; the signal's reason */
export async function lookAhead(
  batches: AsyncGenerator<LaneBatch>,
  signal: AbortSignal | undefined,
): Promise<LookedAt> {
  const head: IteratorResult<LaneBatch>[] = [];
  const next = async (): Promise<IteratorResult<LaneBatch>> => {
    const result = await orAbort(batches.next(), signal);
    head.push(result);
    return result;
  };
  const first = await next();
  let only: LaneBatch | null = null;
  if (first.done !== true && isSmall(first.value) && (await next()).done === true) only = first.value;
  return { only, all: withHead(head, batches) };
}

async function* withHead(
  head: readonly IteratorResult<LaneBatch>[],
  batches: AsyncGenerator<LaneBatch>,
): AsyncGenerator<LaneBatch> {
  try {
    for (const { done, value } of head) {
      if (done === true) return;
      yield value;
    }
    yield* batches;
  } finally {
    // Also when nobody came as far: the source may hold a file.
    await batches.return(undefined);
  }
}
