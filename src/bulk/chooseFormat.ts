// Which of COPY's formats rows go out in.

import type { Codec } from "./codecs/types.ts";

/**
 * Binary, whatever the columns: 1.1 to 1.3 times as fast for text and JSON, 2 to 5 times for numbers and
 * timestamps, 10 times for embeddings. Only rows of many very short texts are faster as text, by a tenth, and types do not
 * tell how short a text will be. docs/decisions/0006-text-or-binary.md has the numbers.
 */
export function chooseFormat(_codecs: readonly Codec[]): "text" | "binary" {
  return "binary";
}
