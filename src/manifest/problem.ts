// Why a record cannot go in: a stable code for programs, a sentence that names the field for people.

/** Every code that this room gives. Written to rejects files, so a code never changes its meaning. */
export const problemCodes = [
  // the line
  "line_too_long",
  "invalid_utf8",
  "invalid_json",
  "not_a_number",
  "number_out_of_range",
  "nul_character",
  "lone_surrogate",
  "too_deep",
  "not_an_object",
  "nothing_to_take",
  // its fields
  "unknown_field",
  "repeated_field",
  "missing_field",
  "wrong_type",
  "text_too_long",
  // path and keys
  "empty_path",
  "empty_key",
  "key_has_slash",
  "key_too_long",
  // what Tiled's server refuses later, with HTTP 500 for the node and its neighbours
  "unknown_family",
  "family_mismatch",
  "unknown_management",
  "several_data_sources",
  "missing_data_source",
  "relative_key",
  "too_many_specs",
  "duplicate_spec",
  "unknown_parameter",
  "slice_not_text",
  // structures
  "missing_structure",
  "bad_data_type",
  "bad_shape",
  "bad_chunks",
  // assets
  "missing_asset",
  "duplicate_asset",
  "mixed_asset_numbers",
  "relative_path",
  "remote_file",
  "unservable_path",
  "uri_too_long",
] as const;

export type ProblemCode = (typeof problemCodes)[number];

export interface Problem {
  code: ProblemCode;
  /** A sentence that names the field and says what it must be. */
  message: string;
}

/** Carries a problem out of nested checks; caught once a record and never let out of this room. */
export class Refusal extends Error {
  readonly problem: Problem;

  constructor(code: ProblemCode, message: string) {
    super(message);
    this.name = "Refusal";
    this.problem = { code, message };
  }
}

/** Throws the problem, if there is one. */
export function refuseIf(problem: Problem | null): void {
  if (problem !== null) throw new Refusal(problem.code, problem.message);
}
