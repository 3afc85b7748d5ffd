// The account of an input that comes as one stream, from tables that name the files: it is unchanged as long as all of
// them are.

import { resolve } from "node:path";
import type { SourceBatch } from "../types.ts";
import type { FileLedger } from "./fileLedger.ts";
import { isSameContent, mayChangeUnseen, readFingerprint } from "./fingerprint.ts";
import { type KnownFile, listStream } from "./knownFiles.ts";
import { mark } from "./mark.ts";
import type { StreamGate, StreamInput, TrackedFile, TrackedInput } from "./types.ts";

/** With more files than this, none are remembered, and the tables are read each time. */
const mostFiles = 100_000;

export class StreamLedger implements StreamGate {
  readonly isUnchanged: boolean;
  readonly #ledger: FileLedger;
  readonly #input: TrackedInput;
  readonly #stream: TrackedFile;
  readonly #tables: readonly string[];
  /** Absolute paths of what the tables name. */
  readonly #paths = new Set<string>();

  private constructor(ledger: FileLedger, input: StreamInput, known: Known) {
    this.#ledger = ledger;
    this.#input = {
      ...input,
      uriOf: () => "",
      placeOf: () => [],
      matches: () => true,
      isWhole: false,
      mayCut: false,
      lookAhead: 1,
    };
    this.#tables = input.tables;
    const { options, counts } = ledger;
    const { container, files, isSame } = known;
    const isDone = isSame && container?.isWhole === true && container.runId === options.runId;
    const isSound = container?.isWhole === true && container.rejects === 0 && !container.isKept;
    const isPresent = container?.isPresent === true;
    this.isUnchanged = isDone || (isSame && isSound && isPresent && options.mayPass);
    if (this.isUnchanged && !isDone) {
      counts.unchanged += files;
      ledger.unchangedNodes += container?.nodes ?? 0;
    }
    const isPart = isSame && container?.isWhole === false && container.runId === options.runId;
    // What broke off may have been one that renews.
    const isChanged = container !== null && (isPart || !isSame || container.rejects > 0);
    this.#stream = this.#makeFile("", {
      isRenewed: isChanged && options.renewsChanged,
      isAsBefore: isSame && isSound,
      nodesBefore: isPart ? (container?.nodes ?? 0) : 0,
    });
  }

  static async open(ledger: FileLedger, input: StreamInput): Promise<StreamLedger> {
    return new StreamLedger(ledger, input, await lookAtAll(ledger, input));
  }

  use(path: string): void {
    if (this.#paths.size <= mostFiles) this.#paths.add(path);
  }

  async *track(batches: AsyncIterable<SourceBatch>): AsyncGenerator<SourceBatch> {
    yield* this.#record(this.#tables);
    let level = -1;
    let before = this.#stream.nodesBefore;
    for await (const batch of batches) {
      level = mark(batch, this.#stream, level);
      const nodes = before === 0 ? batch.nodes : batch.nodes.slice(before);
      before -= batch.nodes.length - nodes.length;
      yield { ...batch, nodes, file: this.#stream };
    }
    if (this.#paths.size <= mostFiles) yield* this.#record(this.#paths);
    this.#ledger.endStream(this.#input);
    yield { ...noNodes(), file: this.#stream };
  }

  /** Files of the stream, each as a batch without nodes. */
  async *#record(paths: Iterable<string>): AsyncGenerator<SourceBatch> {
    for (const path of paths) {
      this.#ledger.counts.read += 1;
      const fingerprint = await readFingerprint(path);
      const isCertain = fingerprint !== null && !mayChangeUnseen(fingerprint, Date.now());
      yield { ...noNodes(), file: this.#makeFile(path, { fingerprint: isCertain ? fingerprint : null }) };
    }
  }

  #makeFile(relativePath: string, how: Partial<TrackedFile>): TrackedFile {
    return {
      number: this.#ledger.nextNumber(),
      input: this.#input,
      relativePath,
      path: relativePath,
      uri: "",
      fingerprint: null,
      checksum: null,
      isRenewed: false,
      isAsBefore: false,
      nodesBefore: 0,
      oldTops: [],
      movedFrom: null,
      ...how,
    };
  }
}

function noNodes(): SourceBatch {
  return { nodes: [], rejects: [], filesDone: 0, isWholeFile: true };
}

interface Known {
  container: KnownFile | null;
  files: number;
  /** As it was described, and all files as they were. */
  isSame: boolean;
}

async function lookAtAll({ database, options }: FileLedger, input: StreamInput): Promise<Known> {
  let container: KnownFile | null = null;
  let files = 0;
  let isSame = true;
  const tables = new Set(input.tables);
  for await (const chunk of listStream(database, options.schema, input)) {
    const prints = await Promise.all(chunk.map(({ relativePath }) => readFingerprint(resolve(relativePath))));
    for (const [index, file] of chunk.entries()) {
      if (file.relativePath === "") {
        container = file;
        continue;
      }
      files += 1;
      tables.delete(file.relativePath);
      const print = prints[index];
      if (print === null || print === undefined || !isSameContent(print, file)) isSame = false;
    }
  }
  isSame &&= container !== null && container.description === input.description && tables.size === 0;
  return { container, files, isSame };
}
