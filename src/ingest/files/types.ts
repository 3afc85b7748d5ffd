// Files that are kept account of, between the sources that list them and the tables that remember them.

import type { ListedFile } from "../listFiles.ts";
import type { SourceBatch } from "../types.ts";
import type { Fingerprint } from "./fingerprint.ts";

/** What a source says of the files it lists. */
export interface TrackedInput {
  /** Key of the container that its files go into; empty when each file is a container of its own. */
  dataset: string;
  /** Absolute path of what is ingested: a description, a folder, or a file. */
  input: string;
  /** Absolute folder that relative paths start from. */
  root: string;
  /** Hash of all that shapes nodes besides the files: another one makes every file a changed one. */
  description: string;
  /** What the serving machine calls a file. */
  uriOf(file: ListedFile): string;
  /** Path of the node that a file becomes, or what the paths of its nodes begin with. */
  placeOf(relativePath: string): readonly string[];
  /** Whether a file of this name belongs to the input. */
  matches(relativePath: string): boolean;
  /** All files of the input are listed, so that one which is not has vanished. */
  isWhole: boolean;
  /** A limit may end the reading within a file, which is then not known as a whole. */
  mayCut: boolean;
  /** Files looked up at once; one where the number of files to read depends on what the one before held. */
  lookAhead: number;
}

/** A file that is read in this run. */
export interface TrackedFile {
  /** Within the run. */
  number: number;
  input: TrackedInput;
  relativePath: string;
  path: string;
  uri: string;
  /** Null when it changed while it was read. */
  fingerprint: Fingerprint | null;
  checksum: string | null;
  /** Its nodes are renewed where they are there. */
  isRenewed: boolean;
  /** It is as it was when its nodes went in, so that what is there already is what it holds. */
  isAsBefore: boolean;
  /** Nodes of it that an earlier part of this run has committed; they are not handed on again. */
  nodesBefore: number;
  /** Topmost nodes when it was read before. */
  oldTops: readonly number[];
  /** Where it was known before it moved, and the nodes that its own stood in. */
  movedFrom: { input: string; root: string; relativePath: string; parents: readonly number[] } | null;
}

/** What stands between a source and its files: which of them are to be read, and what became of those that are. */
export interface FileGate {
  /** The first question about an input. */
  begin(input: TrackedInput): Promise<InputGate>;
  /** The same for an input that comes as one stream. */
  beginStream(input: StreamInput): Promise<StreamGate>;
}

/** Tables that name files. */
export interface StreamInput extends Pick<TrackedInput, "dataset" | "input" | "root" | "description"> {
  /** Absolute paths of what is read in any case. */
  tables: readonly string[];
}

export interface StreamGate {
  /** Neither the tables nor any file that they name has changed: nothing of it is to be read. */
  readonly isUnchanged: boolean;
  /** A file that the tables name; absolute. */
  use(path: string): void;
  /** The batches of the stream, marked as its. */
  track(batches: AsyncIterable<SourceBatch>): AsyncIterable<SourceBatch>;
}

export interface InputGate {
  /** The batch of the dataset's own container, marked; without it when it is in as it is. */
  container(batch: SourceBatch): SourceBatch;
  /** Files listed so far, whether or not they are to be read. */
  readonly listed: number;
  /** Of the files of a list those that are to be read, in their order. `onPassed`: one is passed over, with so many topmost nodes. */
  select(
    files: AsyncIterable<ListedFile> | Iterable<ListedFile>,
    onPassed?: (tops: number) => void,
  ): AsyncIterable<ListedFile>;
  /** The batches of a selected file, marked as its. */
  track(file: ListedFile, batches: AsyncIterable<SourceBatch>): AsyncIterable<SourceBatch>;
  /** All files have been listed and read. */
  end(): Promise<void>;
}
