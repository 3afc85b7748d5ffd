// Whose the records of a body are, as far as its beginning says so.

import { Readable } from "node:stream";
import { readNodeRecords } from "../../manifest/index.ts";
import type { Body } from "./openBody.ts";

const lineFeed = 0x0a;

/** As long as one line may be. */
const mostBytes = 64 * 1024 * 1024;

/** Of lines that cannot be taken; a body of more than these alone is nobody's who means well. */
const mostLines = 10_000;

/**
 * The dataset of the first record that can be taken. The body is read no further than to there; its stream begins at its
 * beginning all the same.
 *
 * @returns null when there is none in the body, or in its first 64 MiB or 10,000 lines
 * @throws what broke the body
 */
export async function findFirstDataset(body: Body): Promise<string | null> {
  const search = new FirstDataset();
  await body.lookAhead((chunk) => search.take(chunk));
  return search.end();
}

class FirstDataset {
  #found: string | null = null;
  #bytes = 0;
  #lines = 0;
  /** Of a line that has not ended yet. */
  #begun: Buffer[] = [];

  get #isOver(): boolean {
    return this.#found !== null || this.#bytes >= mostBytes || this.#lines >= mostLines;
  }

  /** True once nothing more is needed. */
  async take(chunk: Buffer): Promise<boolean> {
    this.#bytes += chunk.length;
    const end = chunk.lastIndexOf(lineFeed) + 1;
    if (end > 0) {
      await this.#look([...this.#begun, chunk.subarray(0, end)]);
      this.#begun = [];
    }
    if (end < chunk.length) this.#begun.push(chunk.subarray(end));
    return this.#isOver;
  }

  /** The last line needs no line end. */
  async end(): Promise<string | null> {
    if (!this.#isOver) await this.#look(this.#begun);
    return this.#found;
  }

  async #look(parts: readonly Buffer[]): Promise<void> {
    // A line that begins as packed files do must not be taken for one.
    const lines = Readable.from([Buffer.concat([Buffer.of(lineFeed), ...parts])]);
    for await (const line of readNodeRecords(lines)) {
      if ("record" in line) this.#found = line.record.path[0] ?? null;
      this.#lines += 1;
      if (this.#isOver) return;
    }
  }
}
