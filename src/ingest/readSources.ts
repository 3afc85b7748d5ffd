// The batches of all inputs, one after the other.

import type { Reject } from "../catalog/index.ts";
import type { PlacedBatch } from "./parts.ts";
import type { NodeSource, SourceBatch, SourceContext } from "./types.ts";

/** How far a source that comes as one stream has been committed, and what it looked like then. */
export interface StreamStamp {
  stamp: string;
  nodes: number;
}

export interface ReadSourcesOptions {
  /** By the place of the source: nodes that are in already and are not handed on again. */
  stamps: ReadonlyMap<number, StreamStamp>;
  onReject: (reject: Reject) => Promise<void>;
  onBatch: (batch: SourceBatch) => void;
}

export async function* readSources(
  sources: readonly NodeSource[],
  context: SourceContext,
  options: ReadSourcesOptions,
): AsyncGenerator<PlacedBatch> {
  for (const [place, source] of sources.entries()) {
    let before = await nodesBefore(source, options.stamps.get(place));
    for await (const batch of source.batches(context)) {
      for (const reject of batch.rejects) await options.onReject(reject);
      options.onBatch(batch);
      const nodes = before === 0 ? batch.nodes : batch.nodes.slice(before);
      before -= batch.nodes.length - nodes.length;
      yield { ...batch, nodes, source: place };
    }
  }
}

/** Only a stream that is the same as before is known to begin with the same nodes. */
async function nodesBefore(source: NodeSource, stamp: StreamStamp | undefined): Promise<number> {
  if (stamp === undefined || source.stamp === undefined) return 0;
  return (await source.stamp()) === stamp.stamp ? stamp.nodes : 0;
}
