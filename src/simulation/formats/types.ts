// What every file format says of itself, so that a load can pass over what is in the store already without opening it.

import { CopycatError } from "../../errors.ts";
import type { JsonText } from "../../json.ts";
import type { InitialDataset, SimulationSource, SimulationUpdate, UpdateKey } from "../types.ts";

/** An update that is there, by its key; nothing of it has been read. */
export interface UpdateEntry extends UpdateKey {
  dataset: string;
  /** Where it is: the path of a file, the id of a row. */
  place: string | number;
}

/** A part of a source that cannot be taken. The others are read all the same. */
export class RefusedPart {
  /** The file it is in. */
  readonly source: string;
  /** Where in it: `/roads/segments/speed[3]`, `update 17 (timestamp 3, iteration 0, dataset "roads")`; "" for all of it. */
  readonly position: string;
  readonly code: string;
  readonly message: string;
  /** The part as a record that can be mended and loaded again; null when there is none. */
  readonly record: JsonText | null;

  constructor({ source, position, code, message, record }: Omit<RefusedPart, "toError">) {
    this.source = source;
    this.position = position;
    this.code = code;
    this.message = message;
    this.record = record;
  }

  /** For readers that cannot go on without it. */
  toError(): CopycatError {
    return new CopycatError("INVALID_INPUT", this.message);
  }
}

/** What a source does with parts that cannot be taken, and where it says what else there is to know. */
export interface SourceOptions {
  /** Told of each part that is left out. Without it the first one is an error. */
  onRefused?: (part: RefusedPart) => void;
}

/** A simulation in files. */
export interface FileSource extends SimulationSource {
  /** Names of the initial datasets, in their order. */
  listInitials(): Promise<string[]>;
  countUpdates(): Promise<number>;
  /** In lists, ordered by timestamp, iteration, dataset. */
  listUpdates(): AsyncIterable<UpdateEntry[]>;
  /** Reads these, in this order. */
  readEntries(entries: readonly UpdateEntry[]): AsyncIterable<SimulationUpdate | RefusedPart>;
  /** As `readInitial`, with the reason where it cannot be read. */
  tryInitial(dataset: string): Promise<InitialDataset | RefusedPart | null>;
  /** What lies beside the data and was left alone, a sentence each. */
  readonly notices: readonly string[];
}
