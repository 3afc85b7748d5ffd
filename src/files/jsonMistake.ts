// Why a text is no JSON, in a sentence that is never as long as the text.

import { errorMessage } from "../errors.ts";

export interface JsonMistake {
  code: "invalid_json" | "not_a_number";
  message: string;
}

/**
 * Explains what `JSON.parse` threw for a line. NaN and the infinities, which Python's json writes, are named.
 *
 * @example explainJsonMistake('{"a": NaN}', error).message // "The line contains NaN, which is no JSON; write null instead."
 */
export function explainJsonMistake(text: string, error: unknown): JsonMistake {
  const token = /(?:^|[[,:\s])(-?(?:NaN|Infinity))(?=$|[\],}\s])/.exec(text)?.[1];
  if (token !== undefined) {
    return {
      code: "not_a_number",
      message: `The line contains ${token}, which is no JSON; write null instead.`,
    };
  }
  const reason = error instanceof Error ? jsonErrorReason(error) : "";
  return {
    code: "invalid_json",
    message: `The line is not valid JSON${reason === "" ? "" : `: ${reason}`}.`,
  };
}

/** V8 quotes the text in its message, which would make the message as long as the text. */
export function jsonErrorReason(error: unknown): string {
  return errorMessage(error).replace(/, (?:\.\.\.)?".*$/s, "");
}
