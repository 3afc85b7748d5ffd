// Text and what is sent as text: varchar, bpchar, enums, and every type that only the server understands.

import type { BinaryBuffer } from "../binaryBuffer.ts";
import { type ElementCodec, plain, shown, wrongType } from "./element.ts";
import { Misfit, type TypeFacts } from "./types.ts";

export const nulCharacter = new Misfit("nul_character", "contains U+0000");
export const loneSurrogate = new Misfit("lone_surrogate", "contains half a surrogate pair");

/** No column of PostgreSQL holds U+0000 (22021), and UTF-8 has no half of a surrogate pair. */
export function textMisfit(text: string): Misfit | null {
  if (text.includes("\u0000")) return nulCharacter;
  return text.isWellFormed() ? null : loneSurrogate;
}

const asText = {
  mayNeedEscape: true,
  quotedInArrays: true,
  verbatimLength: Number.POSITIVE_INFINITY,
  toText: (text: string) => text,
  writeBinary: ((text, out) => out.writeTextField(text)) as ElementCodec<string>["writeBinary"],
};

function parseText(value: unknown): string | Misfit {
  if (typeof value !== "string") return wrongType(value);
  return textMisfit(value) ?? value;
}

export function textCodec(facts: TypeFacts): ElementCodec<string> {
  return { ...checkedText(facts, parseText), fits: areTexts, writeElements: writeTexts };
}

/** Of texts that not every text fits. */
function checkedText(facts: TypeFacts, parse: (value: unknown) => string | Misfit): ElementCodec<string> {
  return { ...plain, ...asText, facts, stagingType: facts.qualifiedName, stagingOid: facts.oid, parse };
}

function areTexts(values: ArrayLike<unknown>): values is ArrayLike<string> {
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (typeof value !== "string" || textMisfit(value) !== null) return false;
  }
  return true;
}

function writeTexts(texts: ArrayLike<string>, out: BinaryBuffer): void {
  for (let index = 0; index < texts.length; index++) out.writeTextField(texts[index] as string);
}

/**
 * varchar(n) and bpchar(n): n counts code points. Staged without n, so that only this check stands for it;
 * bpchar as bpchar, which compares without trailing blanks as the table does.
 */
export function limitedTextCodec(facts: TypeFacts): ElementCodec<string> {
  // varchar(n) has n + 4 as its modifier (varchartypmodin).
  const limit = facts.modifier - 4;
  const parse = (value: unknown): string | Misfit => {
    const text = parseText(value);
    if (typeof text !== "string" || text.length <= limit) return text;
    const characters = countCodePoints(text);
    if (characters <= limit) return text;
    return new Misfit("too_long", `holds ${characters} characters, ${limit} at most`);
  };
  return { ...checkedText(facts, parse), verbatimLength: limit };
}

function countCodePoints(text: string): number {
  let count = text.length;
  for (let index = 0; index < text.length; index++) {
    // The first half of a pair; halves on their own were refused before.
    if ((text.charCodeAt(index) & 0xfc00) === 0xd800) count--;
  }
  return count;
}

/** An enum whose labels are known. */
export function enumCodec(facts: TypeFacts, labels: readonly string[]): ElementCodec<string> {
  const known = new Set<unknown>(labels);
  const parse = (value: unknown): string | Misfit => {
    if (typeof value !== "string") return wrongType(value);
    if (known.has(value)) return value;
    return new Misfit("wrong_type", `has no label ${shown(JSON.stringify(value))}`);
  };
  return { ...checkedText(facts, parse), verbatimLength: -1 };
}

/** Types that only the server can check: staged as text, the merge casts them. */
export function opaqueCodec(facts: TypeFacts): ElementCodec<string> {
  return {
    ...checkedText(facts, parseText),
    stagingType: 'pg_catalog."text"',
    stagingOid: 25,
    isDirect: false,
  };
}
