// The place of each row in the input, as one more column of the rows that go through staging.

import type { Batch } from "./batch.ts";
import { rowOffsets } from "./rowOffsets.ts";

const positionBytes = 12;
/** A tab and at most 16 digits. */
const positionText = 17;

/** The batch's rows with their positions as a last column of type int8; a copy of the bytes, at memory speed. */
export function withPositions({ bytes, positions, format }: Batch): Buffer {
  const offsets = rowOffsets(bytes, format);
  const rows = positions.length;
  const out = Buffer.allocUnsafe(bytes.length + rows * (format === "binary" ? positionBytes : positionText));
  let used = 0;
  for (let row = 0; row < rows; row++) {
    const start = offsets[row] as number;
    const end = offsets[row + 1] as number;
    const position = positions[row] as number;
    if (format === "binary") {
      bytes.copy(out, used, start, end);
      out.writeInt16BE(bytes.readInt16BE(start) + 1, used);
      used += end - start;
      used = out.writeInt32BE(8, used);
      used = out.writeBigInt64BE(BigInt(position), used);
    } else {
      // In front of the newline that ends the row.
      bytes.copy(out, used, start, end - 1);
      used += end - 1 - start;
      used += out.write(`\t${position}\n`, used, "latin1");
    }
  }
  return out.subarray(0, used);
}
