// JSON text that is sent as it is: what the server would refuse in it, without parsing it.

import { numericHolds } from "./decimal.ts";
import { loneSurrogate, nulCharacter, textMisfit } from "./texts.ts";
import { Misfit } from "./types.ts";

/** At 7,000 levels a server with the default stack still reads it, at 20,000 it does not (54001). */
export const maxJsonDepth = 1000;

// Only an escape can bring in U+0000 (22P05) or half a pair (22P02), only an exponent or very many digits a number
// that numeric refuses (22003). One test over the text: 1 us for 500 characters.
const suspicious = /\\u(?:0000|[dD][89a-fA-F])|\d[eE]/;
const manyDigits = 16_383;

const numberToken = /-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?/y;

/** numeric_in takes no larger exponent, of zero neither. */
const maxExponent = 2 ** 30 - 2;

/** @param text valid JSON */
export function rawJsonMisfit(text: string): Misfit | null {
  const misfit = textMisfit(text);
  if (misfit !== null) return misfit;
  const mayBeDeep = text.length > maxJsonDepth * 2;
  if (!mayBeDeep && !suspicious.test(text)) return null;
  return walk(text, text.length > manyDigits || suspicious.test(text));
}

function walk(text: string, checksTokens: boolean): Misfit | null {
  let depth = 0;
  for (let position = 0; position < text.length; position++) {
    const code = text.charCodeAt(position);
    if (code === 0x22) {
      const end = stringEnd(text, position);
      const misfit = checksTokens ? escapesMisfit(text.slice(position, end)) : null;
      if (misfit !== null) return misfit;
      position = end;
    } else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > maxJsonDepth) return tooDeep;
    } else if (code === 0x7d || code === 0x5d) depth -= 1;
    else if (checksTokens && code >= 0x30 && code <= 0x39) {
      numberToken.lastIndex = position;
      const [token = "0", whole = "", fraction = "", exponentText = "0"] = numberToken.exec(text) ?? [];
      const exponent = Number(exponentText);
      if (Math.abs(exponent) > maxExponent || !numericHolds({ whole, fraction, exponent })) {
        return new Misfit("out_of_range", `holds a number that numeric cannot: ${token.slice(0, 40)}`);
      }
      position += token.length - 1;
    }
  }
  return null;
}

export const tooDeep = new Misfit("out_of_range", `is nested deeper than ${maxJsonDepth} levels`);

/** Place of the closing quote. */
function stringEnd(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}

function escapesMisfit(content: string): Misfit | null {
  if (!content.includes("\\u")) return null;
  // Halves come in escapes only (others were looked for before), and a pair stands without anything in between.
  let isHighPending = false;
  for (let index = 0; index < content.length; index++) {
    const isEscape = content.charCodeAt(index) === 0x5c;
    if (isEscape && content.charCodeAt(index + 1) === 0x75) {
      const unit = Number.parseInt(content.slice(index + 2, index + 6), 16);
      if (unit === 0) return nulCharacter;
      const isLow = (unit & 0xfc00) === 0xdc00;
      if (isLow !== isHighPending) return loneSurrogate;
      isHighPending = (unit & 0xfc00) === 0xd800;
      index += 5;
      continue;
    }
    if (isHighPending) return loneSurrogate;
    if (isEscape) index += 1;
  }
  return isHighPending ? loneSurrogate : null;
}
