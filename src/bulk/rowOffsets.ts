// Where rows begin in what was encoded, so that a part of them can be sent again.

/**
 * Starts of the rows, and the end: row i is `bytes.subarray(offsets[i], offsets[i + 1])`. Computed from the bytes
 * alone, since it is needed after a refusal only.
 *
 * @param bytes whole rows as `makeEncoder` writes them, without header and trailer of binary COPY
 */
export function rowOffsets(bytes: Buffer, format: "text" | "binary"): Uint32Array {
  return format === "text" ? lineOffsets(bytes) : tupleOffsets(bytes);
}

/** A newline inside a value is escaped, so each 0x0A ends a row. */
function lineOffsets(bytes: Buffer): Uint32Array {
  const offsets = [0];
  for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, end + 1)) offsets.push(end + 1);
  return Uint32Array.from(offsets);
}

function tupleOffsets(bytes: Buffer): Uint32Array {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const offsets = [0];
  let position = 0;
  while (position < bytes.length) {
    const fields = data.getInt16(position);
    position += 2;
    for (let field = 0; field < fields; field++) {
      // -1 is NULL, and has no bytes.
      position += 4 + Math.max(0, data.getInt32(position));
    }
    offsets.push(position);
  }
  return Uint32Array.from(offsets);
}
