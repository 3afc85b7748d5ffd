// Bob Jenkins' lookup3, with which HDF5 seals its metadata (hashlittle, initial value 0).
// Format specification, "Disk Format: Level 2A2"; algorithm: https://burtleburtle.net/bob/c/lookup3.c

/** The checksum of bytes, as an unsigned 32-bit number. */
export function lookup3(bytes: Uint8Array): number {
  const padded = new Uint8Array(Math.ceil(Math.max(1, bytes.length) / 12) * 12);
  padded.set(bytes);
  const words = new DataView(padded.buffer);
  let a = (0xdeadbeef + bytes.length) | 0;
  let b = a;
  let c = a;
  if (bytes.length === 0) return c >>> 0;
  const last = padded.length - 12;
  for (let offset = 0; offset < last; offset += 12) {
    a = (a + words.getUint32(offset, true)) | 0;
    b = (b + words.getUint32(offset + 4, true)) | 0;
    c = (c + words.getUint32(offset + 8, true)) | 0;
    a = (a - c) ^ rotate(c, 4);
    c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 6);
    a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 8);
    b = (b + a) | 0;
    a = (a - c) ^ rotate(c, 16);
    c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 19);
    a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 4);
    b = (b + a) | 0;
  }
  a = (a + words.getUint32(last, true)) | 0;
  b = (b + words.getUint32(last + 4, true)) | 0;
  c = (c + words.getUint32(last + 8, true)) | 0;
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  c = ((c ^ b) - rotate(b, 24)) | 0;
  return c >>> 0;
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
