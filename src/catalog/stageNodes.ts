// Turns batches of records into lines for the staging table, counting and timing on the way.

import { makeRowEncoder } from "../bulk/index.ts";
import { RowLinks } from "./rowLinks.ts";
import { makeStagingRow, pathText, RecentStructures, stagingColumns } from "./staging.ts";
import type { NodeRecord, Reject } from "./types.ts";

/**
 * A node's metadata may hold at most 1 MB of lexemes (index metadata_tsvector_search). Only text this long can
 * come near that, since every lexeme costs a few bytes besides its own; such rows are tried out one by one.
 */
const suspiciousMetadataLength = 150_000;

export class StagingEncoder {
  readNodes = 0;
  stagedNodes = 0;
  /** Those of them that have a data source. */
  stagedSources = 0;
  rejectedNodes = 0;
  deepestLevel = 0;
  /** Some data source has several files. */
  hasMoreAssets = false;
  /** Some record says who may see it. */
  hasAccessBlobs = false;
  /** Some rows are renewed whatever the policy. */
  hasRenewed = false;
  /** Some rows are topmost nodes of numbered files. */
  hasTops = false;
  /** Time spent waiting for the source. */
  waitedMs = 0;
  readonly oversizedOrdinals: number[] = [];
  readonly links = new RowLinks();

  readonly #encodeRow = makeRowEncoder(stagingColumns);
  readonly #recent = new RecentStructures();
  readonly #onReject: (reject: Reject) => void | Promise<void>;

  constructor(onReject: (reject: Reject) => void | Promise<void>) {
    this.#onReject = onReject;
  }

  async *encode(batches: AsyncIterable<readonly NodeRecord[]>): AsyncGenerator<string> {
    let waitStart = performance.now();
    for await (const batch of batches) {
      this.waitedMs += performance.now() - waitStart;
      for (const node of batch) {
        const line = await this.#encodeNode(node);
        if (line !== null) yield line;
      }
      waitStart = performance.now();
    }
    this.waitedMs += performance.now() - waitStart;
  }

  async #encodeNode(node: NodeRecord): Promise<string | null> {
    const ordinal = this.readNodes;
    this.readNodes += 1;
    const parentPath = pathText(node.parentPath);
    const link = this.links.find(ordinal, node, parentPath);
    const line = this.#encodeRow(makeStagingRow(ordinal, node, parentPath, link, this.#recent));
    if (typeof line !== "string") {
      this.rejectedNodes += 1;
      this.links.refuse();
      this.#recent.forget(node.dataSource?.structure?.id ?? "");
      const { source, position } = node;
      await this.#onReject({ source, position, code: line.code, message: line.message, record: null });
      return null;
    }
    this.stagedNodes += 1;
    this.links.keep(ordinal, node, parentPath, link);
    if (node.dataSource !== null) this.stagedSources += 1;
    if ((node.dataSource?.assets.length ?? 0) > 1) this.hasMoreAssets = true;
    if (node.accessBlob !== "{}") this.hasAccessBlobs = true;
    if (node.isRenewed === true) this.hasRenewed = true;
    if (node.topOf !== undefined) this.hasTops = true;
    this.deepestLevel = Math.max(this.deepestLevel, node.parentPath.length + 1);
    if (node.metadata.length > suspiciousMetadataLength) this.oversizedOrdinals.push(ordinal);
    return line;
  }
}
