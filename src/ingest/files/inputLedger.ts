// The account of one input's files.

import { join } from "node:path";
import { catalogNames } from "../../catalog/index.ts";
import type { ListedFile } from "../listFiles.ts";
import type { SourceBatch } from "../types.ts";
import type { FileLedger } from "./fileLedger.ts";
import {
  checksumOf,
  type Fingerprint,
  isMissing,
  isSameContent,
  mayChangeUnseen,
  readFingerprint,
} from "./fingerprint.ts";
import { type KnownFile, listAfter, listKnown, readContainer } from "./knownFiles.ts";
import { mark } from "./mark.ts";
import { findMove, listMoveCandidates, movedNodes, type Newcomer } from "./moves.ts";
import type { InputGate, TrackedFile, TrackedInput } from "./types.ts";

/** A listed file, looked at. */
interface SeenFile {
  file: ListedFile;
  fingerprint: Fingerprint | null;
  checksum: string | null;
}

const vanishedPerQuestion = 1000;

export class InputLedger implements InputGate {
  readonly input: TrackedInput;
  listed = 0;
  readonly #ledger: FileLedger;
  readonly #container: KnownFile | null;
  /** Files being read, by their absolute path. */
  readonly #reading = new Map<string, TrackedFile>();
  /** Where files were before they moved here. */
  readonly #claimed = new Set<string>();

  private constructor(ledger: FileLedger, input: TrackedInput, container: KnownFile | null) {
    this.#ledger = ledger;
    this.input = input;
    this.#container = container;
  }

  static async open(ledger: FileLedger, input: TrackedInput): Promise<InputLedger> {
    const { database, options } = ledger;
    return new InputLedger(ledger, input, await readContainer(database, options.schema, input));
  }

  container(batch: SourceBatch): SourceBatch {
    if (batch.nodes.length === 0) return batch;
    const { options } = this.#ledger;
    const known = this.#container;
    const isSame = known !== null && known.description === this.input.description;
    const isDone = isSame && known.runId === options.runId;
    if (isDone || (isSame && options.mayPass && !known.isKept)) {
      if (!isDone) this.#ledger.unchangedNodes += batch.nodes.length;
      return { ...batch, nodes: [] };
    }
    const file = this.#makeFile(
      { file: { path: this.input.root, relativePath: "" }, fingerprint: null, checksum: null },
      {
        isRenewed: known !== null && !isSame && options.renewsChanged,
        isAsBefore: isSame && !known.isKept,
      },
    );
    mark(batch, file, 0);
    return { ...batch, file, isWholeFile: true };
  }

  async *select(
    files: AsyncIterable<ListedFile> | Iterable<ListedFile>,
    onPassed?: (tops: number) => void,
  ): AsyncGenerator<ListedFile> {
    for await (const chunk of chunked(files, this.input.lookAhead)) {
      this.listed += chunk.length;
      const toRead = await this.#sort(chunk, onPassed);
      const passed = chunk.length - toRead.length;
      if (passed > 0) this.#ledger.options.onPassed?.(passed);
      yield* toRead;
    }
  }

  async *track(file: ListedFile, batches: AsyncIterable<SourceBatch>): AsyncGenerator<SourceBatch> {
    const tracked = this.#reading.get(file.path);
    if (tracked === undefined) {
      yield* batches;
      return;
    }
    this.#ledger.counts.read += 1;
    let level = -1;
    let before = tracked.nodesBefore;
    for await (const batch of batches) {
      level = mark(batch, tracked, level);
      const isWholeFile = batch.filesDone > 0;
      if (isWholeFile) await settle(tracked);
      const nodes = before === 0 ? batch.nodes : batch.nodes.slice(before);
      before -= batch.nodes.length - nodes.length;
      yield { ...batch, nodes, file: tracked, isWholeFile };
    }
  }

  /** What is recorded of this input and was not listed, is gone; unless nothing was listed at all. */
  async end(): Promise<void> {
    if (!this.input.isWhole || this.listed === 0) return;
    const { database, options, counts, vanished } = this.#ledger;
    for (let after = ""; ; ) {
      const known = await listAfter(database, options.schema, {
        input: this.input,
        after,
        limit: vanishedPerQuestion,
      });
      const gone = await Promise.all(known.map((file) => this.#isGone(file.relativePath)));
      for (const [index, file] of known.entries()) {
        if (gone[index] === true) vanished.push({ input: this.input, ...file });
      }
      const last = known.at(-1);
      if (last === undefined || known.length < vanishedPerQuestion) break;
      after = last.relativePath;
    }
    counts.vanished = vanished.length;
  }

  /** What was read of a file is recorded. */
  forget(file: TrackedFile): void {
    this.#reading.delete(file.path);
  }

  async #isGone(relativePath: string): Promise<boolean> {
    const { root, matches } = this.input;
    if (this.#claimed.has(join(root, relativePath))) return false;
    return !matches(relativePath) || (await isMissing(join(root, relativePath)));
  }

  /** Those to be read. */
  async #sort(chunk: readonly ListedFile[], onPassed?: (tops: number) => void): Promise<ListedFile[]> {
    const { database, options } = this.#ledger;
    const names = catalogNames(options.schema);
    const [seen, known] = await Promise.all([
      Promise.all(chunk.map((file) => this.#look(file))),
      listKnown(database, names, { input: this.input, files: chunk }),
    ]);
    const newcomers = seen.flatMap(({ file, fingerprint, checksum }): Newcomer[] =>
      fingerprint === null || known.has(file.relativePath) ? [] : [{ file, fingerprint, checksum }],
    );
    const candidates = options.mayPass
      ? await listMoveCandidates(database, options.schema, { input: this.input, newcomers })
      : [];
    const toRead: ListedFile[] = [];
    for (const one of seen) {
      const before = known.get(one.file.relativePath);
      if (before === undefined) await this.#takeNew(one, candidates);
      else if (this.#passes(one, before)) {
        onPassed?.(before.tops.length);
        continue;
      } else this.#takeKnown(one, before);
      toRead.push(one.file);
    }
    return toRead;
  }

  async #look(file: ListedFile): Promise<SeenFile> {
    const fingerprint = await readFingerprint(file.path);
    const isWanted = fingerprint !== null && this.#ledger.options.checksum;
    const checksum = isWanted ? await checksumOf(file.path).catch(() => null) : null;
    return { file, fingerprint, checksum };
  }

  /** Whether a file need not be read; counts it then. */
  #passes(seen: SeenFile, known: KnownFile): boolean {
    const { options, counts } = this.#ledger;
    const isSame = this.#isSame(seen, known);
    if (isSame && known.runId === options.runId && known.isWhole) return true;
    const isSound = known.isWhole && known.rejects === 0 && !known.isKept && known.isPresent;
    if (!isSame || !isSound || !options.mayPass) return false;
    counts.unchanged += 1;
    this.#ledger.unchangedNodes += known.nodes;
    this.#refresh(seen, known);
    return true;
  }

  #isSame({ fingerprint, checksum }: SeenFile, known: KnownFile): boolean {
    if (fingerprint === null || known.description !== this.input.description) return false;
    if (checksum !== null) return checksum === known.checksum;
    return isSameContent(fingerprint, known);
  }

  /** The content is the same and the time is not: the next look goes by the time again. */
  #refresh({ file, fingerprint }: SeenFile, known: KnownFile): void {
    if (fingerprint === null || isSameContent(fingerprint, known)) return;
    const { dataset, input, root } = this.input;
    const { modifiedNs, inode } = fingerprint;
    const row = {
      dataset,
      input,
      root,
      relative_path: file.relativePath,
      modified_ns: modifiedNs.toString(),
      inode,
    };
    this.#ledger.refreshed.push(JSON.stringify(row));
  }

  #takeKnown(seen: SeenFile, known: KnownFile): void {
    const { options, counts } = this.#ledger;
    const isSame = this.#isSame(seen, known);
    if (!isSame) counts.changed += 1;
    const isPart = isSame && !known.isWhole && known.runId === options.runId;
    // What was refused before may have kept nodes of an older state in the catalog.
    const isRenewed = options.renewsChanged && (!isSame || !known.isWhole || known.rejects > 0);
    this.#makeFile(seen, {
      isRenewed,
      isAsBefore: isSame && known.isWhole && known.rejects === 0 && !known.isKept,
      nodesBefore: isPart ? known.nodes : 0,
      oldTops: isPart ? [] : known.tops,
    });
  }

  async #takeNew(seen: SeenFile, candidates: readonly KnownFile[]): Promise<void> {
    const { file, fingerprint, checksum } = seen;
    const from =
      fingerprint === null
        ? null
        : await findMove({ file, fingerprint, checksum }, candidates, {
            claimed: this.#claimed,
            input: this.input,
          });
    if (from === null) {
      this.#makeFile(seen, {});
      return;
    }
    this.#claimed.add(join(from.root, from.relativePath));
    this.#ledger.counts.moved += 1;
    const { database, options } = this.#ledger;
    const { nodes, parents } = await movedNodes(database, catalogNames(options.schema), {
      input: this.input,
      from,
      to: file.relativePath,
    });
    const { input, root, relativePath, tops } = from;
    const movedFrom = { input, root, relativePath, parents };
    this.#ledger.addMove(this.#makeFile(seen, { isRenewed: true, oldTops: tops, movedFrom }), nodes);
  }

  #makeFile({ file, fingerprint, checksum }: SeenFile, how: Partial<TrackedFile>): TrackedFile {
    const isCertain = fingerprint !== null && !this.input.mayCut && !mayChangeUnseen(fingerprint, Date.now());
    const tracked: TrackedFile = {
      number: this.#ledger.nextNumber(),
      input: this.input,
      relativePath: file.relativePath,
      path: file.path,
      uri: file.relativePath === "" ? "" : this.input.uriOf(file),
      fingerprint: isCertain ? fingerprint : null,
      checksum,
      isRenewed: false,
      isAsBefore: false,
      nodesBefore: 0,
      oldTops: [],
      movedFrom: null,
      ...how,
    };
    this.#reading.set(file.path, tracked);
    return tracked;
  }
}

/** A file that changed while it was read is not known by what it was before. */
async function settle(file: TrackedFile): Promise<void> {
  if (file.fingerprint === null) return;
  const now = await readFingerprint(file.path);
  if (now === null || !isSameContent(now, file.fingerprint)) file.fingerprint = null;
}

async function* chunked<Item>(
  items: AsyncIterable<Item> | Iterable<Item>,
  length: number,
): AsyncGenerator<Item[]> {
  let chunk: Item[] = [];
  for await (const item of items) {
    chunk.push(item);
    if (chunk.length < length) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
