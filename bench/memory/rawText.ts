// Entries as COPY text, written by hand for this table: what somebody who needs it fast would write.

import type { Entry } from "./entries.ts";
import type { EmbeddingType } from "./table.ts";

const chunkLength = 64 * 1024;

/** Chunks of 64 KiB and the rest of a row. */
export function* encodeText(entries: readonly Entry[], embedding: EmbeddingType): Generator<Buffer> {
  const [open, close] = embedding === "vector" ? ["[", "]"] : ["{", "}"];
  let text = "";
  for (const { namespace, key, value, embedding: numbers, metadata, tags } of entries) {
    const json = JSON.stringify(metadata);
    text += `${escaped(namespace)}\t${escaped(key)}\t${escaped(value)}\t${open}${numbers.join(",")}${close}\t${escaped(json)}\t`;
    text += `${escaped(arrayText(tags))}\n`;
    if (text.length < chunkLength) continue;
    yield Buffer.from(text);
    text = "";
  }
  if (text !== "") yield Buffer.from(text);
}

const special = /[\\\n\r\t]/;
const escapes: Record<string, string> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function escaped(text: string): string {
  return special.test(text)
    ? text.replace(/[\\\n\r\t]/g, (character) => escapes[character] ?? character)
    : text;
}

function arrayText(items: readonly string[]): string {
  return `{${items.map((item) => `"${item.replace(/[\\"]/g, "\\$&")}"`).join(",")}}`;
}
