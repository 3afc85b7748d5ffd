// uuid and bytea.

import type { BinaryBuffer } from "../binaryBuffer.ts";
import { type ElementCodec, plain, shown, wrongType } from "./element.ts";
import { Misfit, type TypeFacts } from "./types.ts";

// As the server reads them: a hyphen may follow every fourth digit, braces may stand around.
const uuidText = /^(?:[0-9a-f]{4}-?){7}[0-9a-f]{4}$|^\{(?:[0-9a-f]{4}-?){7}[0-9a-f]{4}\}$/i;

export function uuidCodec(facts: TypeFacts): ElementCodec<string> {
  return {
    ...plain,
    mayNeedEscape: false,
    quotedInArrays: true,
    facts,
    stagingType: facts.qualifiedName,
    stagingOid: facts.oid,
    parse(value) {
      if (typeof value !== "string") return wrongType(value);
      if (uuidText.test(value)) return value;
      return new Misfit("wrong_type", `cannot hold ${shown(JSON.stringify(value))}`);
    },
    toText: (text) => text,
    writeBinary: writeUuid,
  };
}

/** Value of each hexadecimal digit by its character code, -1 for hyphens and braces. */
const nibbles = new Int8Array(128).fill(-1);
for (let digit = 0; digit < 16; digit++) {
  nibbles[digit.toString(16).charCodeAt(0)] = digit;
  nibbles[digit.toString(16).toUpperCase().charCodeAt(0)] = digit;
}

function writeUuid(text: string, out: BinaryBuffer): void {
  out.writeInt32(16);
  let word = 0;
  let digits = 0;
  for (let index = 0; index < text.length; index++) {
    const nibble = nibbles[text.charCodeAt(index)] as number;
    if (nibble < 0) continue;
    word = (word << 4) | nibble;
    digits += 1;
    if ((digits & 7) === 0) out.writeInt32(word);
  }
}

const hexText = /^\\x(?:[0-9a-f]{2})*$/i;

/** bytea: from bytes, or from text such as `\x00ff`. */
export function byteaCodec(facts: TypeFacts): ElementCodec<Uint8Array> {
  return {
    ...plain,
    // The backslash in front.
    mayNeedEscape: true,
    quotedInArrays: true,
    facts,
    stagingType: facts.qualifiedName,
    stagingOid: facts.oid,
    parse(value) {
      if (value instanceof Uint8Array) return value;
      if (typeof value !== "string") return wrongType(value);
      if (hexText.test(value)) return Buffer.from(value.slice(2), "hex");
      return new Misfit(
        "wrong_type",
        `cannot hold ${shown(JSON.stringify(value))}; write bytes as "\\x00ff"`,
      );
    },
    toText: bytesToHex,
    writeBinary: (bytes, out) => {
      out.writeInt32(bytes.length);
      out.writeBytes(bytes);
    },
  };
}

/** `\x00ff` */
export function bytesToHex(bytes: Uint8Array): string {
  return `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex")}`;
}
