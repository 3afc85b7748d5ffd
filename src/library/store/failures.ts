// Rows that do not go in: which one, and why, in a word and in a sentence.

import type { RejectedRow } from "../../bulk/index.ts";
import { errorMessage } from "../../errors.ts";
import { makeLibraryFile } from "../record.ts";
import type { LibraryFile, LibraryFileInput, RowFailure } from "../types.ts";

/** PostgreSQL's names for refusals that a row can meet; others are told by their SQLSTATE. */
const stateNames: Readonly<Record<string, string>> = {
  "21000": "cardinality_violation",
  "22000": "data_exception",
  "22001": "string_data_right_truncation",
  "22003": "numeric_value_out_of_range",
  "22021": "character_not_in_repertoire",
  "22P02": "invalid_text_representation",
  "22P05": "untranslatable_character",
  "23502": "not_null_violation",
  "23503": "foreign_key_violation",
  "23505": "unique_violation",
  "23514": "check_violation",
  "54000": "program_limit_exceeded",
  P0001: "raise_exception",
};

export const uniquePath = "file_path_unique";

/** A file and its place in the input. */
export interface PlacedFile {
  index: number;
  file: LibraryFile;
}

/** What can be sent, and what cannot: `invalid_file`. */
export function placeFiles(inputs: readonly LibraryFileInput[], failures: RowFailure[]): PlacedFile[] {
  const placed: PlacedFile[] = [];
  for (const [index, input] of inputs.entries()) {
    try {
      placed.push({ index, file: makeLibraryFile(input) });
    } catch (error) {
      // Also what JavaScript says of a value of another kind: one row must not cost the others.
      failures.push({ index, path: pathOf(input), code: "invalid_file", message: errorMessage(error) });
    }
  }
  return placed;
}

/** JavaScript callers have no types to warn them. */
function pathOf(input: unknown): string {
  const path = typeof input === "object" && input !== null && "path" in input ? input.path : "";
  return typeof path === "string" ? path : "";
}

export function duplicatePath({ index, path }: { index: number; path: string }, of?: number): RowFailure {
  const message =
    of === undefined
      ? `${path} is in the library already; update it, or leave it out.`
      : `${path} stands in the input already, at ${of}.`;
  return { index, path, code: "duplicate_path", message };
}

export function noId({ index, path }: { index: number; path: string }): RowFailure {
  return { index, path, code: "no_id", message: `${path} has no id; add it, or look it up before.` };
}

export function notFound({ index, path }: { index: number; path: string }, what: string): RowFailure {
  return { index, path, code: "not_found", message: `${what} is not in the library.` };
}

export function refused(place: { index: number; path: string }, reject: RejectedRow): RowFailure {
  // A path that is too long for the index names the same constraint.
  if (reject.code === "23505" && reject.constraint === uniquePath) return duplicatePath(place);
  return { ...place, code: stateNames[reject.code] ?? reject.code, message: reject.message };
}

export const byIndex = (a: RowFailure, b: RowFailure): number => a.index - b.index;

/** Of rows that were sent in this order: rejects, and those whose path was there. */
export function failuresOf(
  placed: readonly PlacedFile[],
  outcome: { ids: readonly number[]; rejects: readonly RejectedRow[]; isSkipped: (id: number) => boolean },
): RowFailure[] {
  const rejects = new Map(outcome.rejects.map((reject) => [reject.position, reject]));
  return placed.flatMap(({ index, file: { path } }, place) => {
    const reject = rejects.get(place);
    if (reject !== undefined) return refused({ index, path }, reject);
    return outcome.isSkipped(outcome.ids[place] as number) ? duplicatePath({ index, path }) : [];
  });
}
