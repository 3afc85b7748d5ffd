// What the main thread and the workers say to each other.

import type { ErrorCode } from "../errors.ts";
import type {
  ArrayData,
  ArrayPart,
  ColumnsRequest,
  ColumnsResult,
  PickRequest,
  PickResult,
  WalkItem,
  WalkRequest,
} from "./types.ts";

/** Operations of a worker: arguments and result. `file` is absolute. */
export interface Operations {
  pick: { arguments: { file: string; request: PickRequest }; result: PickResult };
  columns: { arguments: { file: string; request: ColumnsRequest }; result: ColumnsResult };
  /** `file` is that of the first part, to be blamed when the thread dies. */
  readParts: { arguments: { file: string; parts: readonly ArrayPart[] }; result: { parts: PartResult[] } };
  /** Opens the file for a walk; the caller chooses the number that names it. */
  walkOpen: { arguments: { walk: number; file: string; request: WalkRequest }; result: null };
  /** The next items; the walk is over, and its file closed, when `done`. */
  walkNext: { arguments: { walk: number; file: string }; result: { items: WalkItem[]; done: boolean } };
  walkClose: { arguments: { walk: number; file: string }; result: null };
}

/** An array, or why there is none. */
export type PartResult = { array: ArrayData } | { error: { code: ErrorCode; message: string } };

export type Operation = keyof Operations;
export type Arguments<O extends Operation> = Operations[O]["arguments"];
export type Result<O extends Operation> = Operations[O]["result"];

/** Sent to a worker, which answers calls in the order in which they come. */
export type Call = { [O in Operation]: { id: number; operation: O; arguments: Arguments<O> } }[Operation];

/** The answer to no call: a worker has loaded its code. */
export const readyId = 0;

export type Answer =
  | { id: number; result: Result<Operation> }
  | { id: number; error: { code: ErrorCode; message: string; stack?: string | undefined } };
