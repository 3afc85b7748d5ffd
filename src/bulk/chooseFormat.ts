// Which of COPY's formats is faster for a table. Measured: docs/decisions/0006-text-or-binary.md.

import type { Codec } from "./codecs/types.ts";

/** The format to send rows of these columns in. */
export function chooseFormat(_codecs: readonly Codec[]): "text" | "binary" {
  return "binary";
}
