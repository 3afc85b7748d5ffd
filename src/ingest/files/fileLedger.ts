// Keeps account of the files of an ingest: which need not be read, which have moved, which are gone; and writes down, in the
// transaction of their nodes, which were read.

import type { ClientBase } from "pg";
import { catalogNames, deleteTrees, listStaleArrays, type MovedNode } from "../../catalog/index.ts";
import type { Database } from "../../database/index.ts";
import { InputLedger } from "./inputLedger.ts";
import { forgetFilesSql, forgetOlderSql, listOwnSql, recordFilesSql, refreshFilesSql } from "./sql.ts";
import { StreamLedger } from "./streamLedger.ts";
import type { FileGate, InputGate, StreamGate, StreamInput, TrackedFile, TrackedInput } from "./types.ts";

export interface FileLedgerOptions {
  /** Schema of the catalog's tables. */
  schema: string;
  runId: string;
  /** Unchanged files are passed over. */
  mayPass: boolean;
  /** Nodes of changed files are renewed. */
  renewsChanged: boolean;
  /** Everything that is there already is compared, whatever became of its file. */
  comparesAll: boolean;
  /** Contents are compared by their checksums, not by the time of the last change. */
  checksum: boolean;
  /** What is gone is taken out of the catalog. */
  prune: boolean;
  /** So many files need not be read, for the progress. */
  onPassed?: (files: number) => void;
}

export interface FileCounts {
  /** Opened in this run. */
  read: number;
  unchanged: number;
  changed: number;
  moved: number;
  vanished: number;
}

/** A file that was there and is no more. */
export interface VanishedFile {
  input: TrackedInput;
  relativePath: string;
  nodes: number;
  tops: readonly number[];
  isShared: boolean;
}

/** What became of a file in the part that is about to be committed. */
export interface PartOfFile {
  /** Nodes handed on. */
  nodes: number;
  rejects: number;
  /** It ended within the part. */
  isWhole: boolean;
}

const filesPerStatement = 1000;

export class FileLedger implements FileGate {
  readonly database: Database;
  readonly options: FileLedgerOptions;
  readonly counts: FileCounts = { read: 0, unchanged: 0, changed: 0, moved: 0, vanished: 0 };
  /** Nodes of files that were passed over. */
  unchangedNodes = 0;
  /** Nodes in the catalog that their files no longer hold; with `prune` they have been deleted. */
  staleNodes = 0;
  prunedNodes = 0;
  readonly vanished: VanishedFile[] = [];
  /** Files whose content is the same under another time: their new fingerprints, as JSON. */
  readonly refreshed: string[] = [];
  readonly #inputs: InputLedger[] = [];
  readonly #moves = new Map<TrackedFile, readonly MovedNode[]>();
  readonly #endedStreams: TrackedInput[] = [];
  #files = 0;

  constructor(database: Database, options: FileLedgerOptions) {
    this.database = database;
    this.options = options;
  }

  async begin(input: TrackedInput): Promise<InputGate> {
    const opened = await InputLedger.open(this, input);
    this.#inputs.push(opened);
    return opened;
  }

  beginStream(input: StreamInput): Promise<StreamGate> {
    return StreamLedger.open(this, input);
  }

  /** All files of a stream have come; those that were recorded before and did not come again are of it no more. */
  endStream(input: TrackedInput): void {
    this.#endedStreams.push(input);
  }

  /** A number for a file of this run. */
  nextNumber(): number {
    return this.#files++;
  }

  addMove(file: TrackedFile, nodes: readonly MovedNode[]): void {
    this.#moves.set(file, nodes);
  }

  /** Nodes that keep their ids under another path, of files that have not ended yet. */
  get moves(): MovedNode[] {
    return [...this.#moves.values()].flat();
  }

  /** In the transaction of a part's nodes, when they are in. */
  async record(client: ClientBase, part: ReadonlyMap<TrackedFile, PartOfFile>): Promise<void> {
    const names = catalogNames(this.options.schema);
    const stale: number[] = [];
    const entries = [...part];
    const compared = await this.#listOwn(
      client,
      entries.filter(([file, done]) => isCompared(file, done)).map(([file]) => file),
    );
    for (let start = 0; start < entries.length; start += filesPerStatement) {
      const chunk = entries.slice(start, start + filesPerStatement);
      stale.push(...(await this.#recordChunk(client, chunk, compared)));
    }
    const ended = entries.filter(([, { isWhole }]) => isWhole).map(([file]) => file);
    const emptied = ended.flatMap(({ movedFrom }) => movedFrom?.parents ?? []);
    await this.#forgetMoved(client, ended);
    for (const { dataset, input, root } of this.#endedStreams.splice(0)) {
      await client.query(forgetOlderSql, [this.options.schema, dataset, input, root, this.options.runId]);
    }
    if (this.refreshed.length > 0) {
      await client.query(refreshFilesSql, [this.options.schema, `[${this.refreshed.splice(0).join(",")}]`]);
    }
    const uris = Array.from(compared, ({ uri }) => uri);
    if (uris.length > 0) stale.push(...(await listStaleArrays(client, names, uris)));
    this.staleNodes += stale.length;
    if (this.options.prune && stale.length + emptied.length > 0) {
      this.prunedNodes += await deleteTrees(client, stale, { schema: this.options.schema, emptied });
    }
    for (const file of ended) {
      this.#moves.delete(file);
      this.#inputs.find(({ input }) => input === file.input)?.forget(file);
    }
  }

  /** In the last transaction: takes out what is gone. */
  async prune(client: ClientBase): Promise<void> {
    const { schema, prune } = this.options;
    if (!prune || this.vanished.length === 0) return;
    // What another input still has stays; it is only of this one no more.
    const tops = this.vanished.flatMap((file) => (file.isShared ? [] : file.tops));
    this.prunedNodes += await deleteTrees(client, tops, { schema });
    await client.query(forgetFilesSql, [
      schema,
      this.vanished.map(({ input }) => input.dataset),
      this.vanished.map(({ input }) => input.input),
      this.vanished.map(({ input }) => input.root),
      this.vanished.map(({ relativePath }) => relativePath),
    ]);
  }

  /** Gives the topmost nodes that were of these files and are no more. */
  async #recordChunk(
    client: ClientBase,
    chunk: readonly [TrackedFile, PartOfFile][],
    compared: ReadonlySet<TrackedFile>,
  ): Promise<number[]> {
    const { schema, runId, comparesAll } = this.options;
    const { rows } = await client.query<{
      input: string;
      root: string;
      dataset: string;
      relativePath: string;
      tops: number[];
    }>(recordFilesSql, [
      schema,
      runId,
      comparesAll,
      JSON.stringify(chunk.map(([file, part]) => toRow(file, part))),
    ]);
    const keyOf = (...parts: string[]): string => parts.join("\0");
    const tops = new Map(
      rows.map((row) => [keyOf(row.dataset, row.input, row.root, row.relativePath), row.tops]),
    );
    return chunk.flatMap(([file]) => {
      if (!compared.has(file) || file.oldTops.length === 0) return [];
      const now = new Set(
        tops.get(keyOf(file.input.dataset, file.input.input, file.input.root, file.relativePath)),
      );
      return file.oldTops.filter((id) => !now.has(id));
    });
  }

  /** Files that are of one input only: of others it cannot be told which nodes each input wants. */
  async #listOwn(client: ClientBase, files: readonly TrackedFile[]): Promise<Set<TrackedFile>> {
    if (files.length === 0) return new Set();
    const { rows } = await client.query<{ place: number }>(listOwnSql, [
      this.options.schema,
      files.map(({ uri }) => uri),
      files.map(({ input }) => input.input),
    ]);
    return new Set(rows.flatMap(({ place }) => files[place] ?? []));
  }

  async #forgetMoved(client: ClientBase, ended: readonly TrackedFile[]): Promise<void> {
    const moved = ended.flatMap(({ input, movedFrom }) =>
      movedFrom === null ? [] : [{ dataset: input.dataset, ...movedFrom }],
    );
    if (moved.length === 0) return;
    await client.query(forgetFilesSql, [
      this.options.schema,
      moved.map(({ dataset }) => dataset),
      moved.map(({ input }) => input),
      moved.map(({ root }) => root),
      moved.map(({ relativePath }) => relativePath),
    ]);
  }
}

/** Whether what the catalog has of a file and the file no longer has can be told. */
function isCompared({ isRenewed, nodesBefore }: TrackedFile, { isWhole, rejects }: PartOfFile): boolean {
  return isRenewed && isWhole && rejects === 0 && nodesBefore === 0;
}

/** A file that changed while it was read, or has no fingerprint, matches none. */
const noFingerprint = { sizeBytes: -1n, modifiedNs: -1n, inode: "" };

function toRow(file: TrackedFile, { nodes, rejects, isWhole }: PartOfFile): object {
  const { sizeBytes, modifiedNs, inode } = file.fingerprint ?? noFingerprint;
  return {
    number: file.number,
    dataset: file.input.dataset,
    input: file.input.input,
    root: file.input.root,
    relative_path: file.relativePath,
    uri: file.uri,
    // As text: JSON numbers end at 2^53.
    size_bytes: sizeBytes.toString(),
    modified_ns: modifiedNs.toString(),
    inode,
    checksum: file.checksum,
    description: file.input.description,
    nodes,
    rejects,
    is_whole: isWhole,
    is_certain: file.isRenewed || file.isAsBefore,
  };
}
