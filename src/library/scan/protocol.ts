// What the main thread and the threads that read files say to each other.

import type { ReadResult, ScanKind } from "./types.ts";

export interface ReadRequest {
  /** Absolute, as bytes. */
  path: Uint8Array;
  /** The path of the record. */
  as: string;
  kind: ScanKind;
  wantsFullHash: boolean;
}

export interface ReadCall {
  id: number;
  request: ReadRequest;
}

export interface ReadAnswer {
  id: number;
  result: ReadResult;
}
