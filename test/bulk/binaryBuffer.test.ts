import { expect, test } from "vitest";
import { BinaryBuffer } from "../../src/bulk/binaryBuffer.ts";
import { fc } from "../support/property.ts";

test("numbers are big-endian, whatever the buffer has to grow", () => {
  const out = new BinaryBuffer(16);
  out.writeUint8(255);
  out.writeInt16(-2);
  out.writeInt32(-3);
  out.writeBigInt64(-(2n ** 63n));
  out.writeFloat32(1.5);
  out.writeFloat64(-0);
  out.writeBytes(Uint8Array.of(1, 2));
  expect(out.view().toString("hex")).toBe("fffffefffffffd80000000000000003fc0000080000000000000000102");
});

test("safe integers as int64", () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (value) => {
      const out = new BinaryBuffer();
      out.writeSafeInt64(value);
      expect(out.view().readBigInt64BE()).toBe(BigInt(value));
    }),
  );
});

test("text of any length and kind, in a buffer that is too small for it", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.string({ unit: "grapheme-ascii", maxLength: 60 }),
    fc
      .tuple(fc.constantFrom("a", "é", "€", "😀"), fc.integer({ min: 0, max: 20_000 }))
      .map(([unit, n]) => unit.repeat(n)),
  );
  fc.assert(
    fc.property(fc.array(text, { maxLength: 5 }), (texts) => {
      const out = new BinaryBuffer(16);
      for (const value of texts) out.writeTextField(value);
      const fields = texts.map((value) => {
        const bytes = Buffer.from(value);
        const length = Buffer.alloc(4);
        length.writeInt32BE(bytes.length);
        return Buffer.concat([length, bytes]);
      });
      expect(out.view().equals(Buffer.concat(fields))).toBe(true);
      expect(out.position).toBe(out.view().length);
    }),
  );
});

test("what is taken stays as it is", () => {
  const out = new BinaryBuffer(16);
  out.writeUtf8("first");
  const first = out.take();
  out.writeUtf8("other");
  out.truncate(2);
  out.truncate(10);
  expect([first.toString(), out.take().toString(), out.take().length]).toEqual(["first", "ot", 0]);
});

test("the room of one huge row is not kept for all batches after it", () => {
  const out = new BinaryBuffer(16);
  const roomOf = (): number => out.view().buffer.byteLength;
  out.writeBytes(new Uint8Array(1000));
  out.take();
  expect(roomOf()).toBeGreaterThanOrEqual(1000);
  out.writeBytes(new Uint8Array(40_000_000));
  out.take();
  expect(roomOf()).toBe(16 * 1024 * 1024);
});
