// json and jsonb.

import type { BinaryBuffer } from "../binaryBuffer.ts";
import type { Column } from "../types.ts";
import { type ElementCodec, wrongType } from "./element.ts";
import { jsonText } from "./jsonValue.ts";
import { textMisfit } from "./texts.ts";
import { Misfit, type TypeFacts } from "./types.ts";

/** Version in front of binary jsonb (jsonb_recv). */
const jsonbVersion = 1;

/** jsonb keeps lengths in 28 bits; more text than that cannot become one (54000). */
const maxJsonbBytes = 0x0fff_ffff;

/** `value`: any JavaScript value, as JSON; `text`: strings that the caller vouches for, sent as they are. */
export function jsonCodec(facts: TypeFacts, mode: NonNullable<Column["json"]>): ElementCodec<string> {
  const isJsonb = facts.oid === 3802;
  const toJson = mode === "text" ? vouchedText : jsonText;
  return {
    facts,
    stagingType: facts.qualifiedName,
    stagingOid: facts.oid,
    isDirect: true,
    takesArrays: true,
    mayNeedEscape: true,
    quotedInArrays: true,
    verbatimLength: mode === "text" ? maxJsonbBytes / 3 : -1,
    parse: isJsonb ? (value) => checkLength(toJson(value)) : toJson,
    toText: (text) => text,
    writeBinary: isJsonb ? writeJsonb : (text, out) => out.writeTextField(text),
  };
}

function vouchedText(value: unknown): string | Misfit {
  if (typeof value !== "string") return wrongType(value);
  return textMisfit(value) ?? value;
}

function checkLength(text: string | Misfit): string | Misfit {
  if (typeof text !== "string" || text.length * 3 <= maxJsonbBytes) return text;
  if (Buffer.byteLength(text) <= maxJsonbBytes) return text;
  return new Misfit("too_long", `holds more than the ${maxJsonbBytes} bytes that jsonb can`);
}

function writeJsonb(text: string, out: BinaryBuffer): void {
  out.writeInt32(0);
  const start = out.position;
  out.writeUint8(jsonbVersion);
  out.writeUtf8(text);
  out.patchInt32(start - 4, out.position - start);
}
