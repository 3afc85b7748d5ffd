import { expect, test } from "vitest";
import { BinaryBuffer } from "../../src/bulk/binaryBuffer.ts";
import { makeEncoder } from "../../src/bulk/encodeRows.ts";
import { rowOffsets } from "../../src/bulk/rowOffsets.ts";
import { fc } from "../support/property.ts";
import { codecOf, storableText } from "./codecs/bothFormats.support.ts";

const columns = [
  { name: "t", type: "text", codec: codecOf("text") },
  { name: "a", type: "text[]", codec: codecOf("text[]") },
];
const row = fc.tuple(fc.option(storableText), fc.option(fc.array(storableText)));

test.each(["text", "binary"] as const)("rows of %s are found where they were written", (format) => {
  const encoder = makeEncoder(columns, { format, extraFields: "reject" });
  fc.assert(
    fc.property(fc.array(row), (rows) => {
      const out = new BinaryBuffer(16);
      const starts = rows.map((values) => {
        const start = out.position;
        expect(encoder.encode(values, out)).toBeNull();
        return start;
      });
      // Somewhere in the middle of memory, as a part of a larger buffer is.
      const bytes = Buffer.concat([Buffer.from("xx"), out.view()]).subarray(2);
      expect([...rowOffsets(bytes, format)]).toEqual([...starts, out.position]);
    }),
  );
});
