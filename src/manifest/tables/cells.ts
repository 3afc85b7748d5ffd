// Cells are exact JSON text; here they come from text and turn back into it.

import { asJsonText, type JsonText, stringToJson } from "../../json.ts";
import { quote } from "../checkKey.ts";
import { Refusal } from "../problem.ts";
import { exactJson } from "../records/exactJson.ts";
import type { ParsedRow } from "./rowBlock.ts";

const numberPattern = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const booleanPattern = /^(?:true|false)$/i;

/** What JSON escapes or jsonb refuses, and some more. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const needsCare = /["\\\u0000-\u001f\ud800-\udfff]/;

/** A cell as text: of a string its characters, of anything else its JSON; null for an empty cell. */
export function cellText(cell: JsonText | null): string | null {
  if (cell === null) return null;
  if (!cell.startsWith('"')) return cell;
  return cell.includes("\\") ? String(JSON.parse(cell)) : cell.slice(1, -1);
}

/** None has the character that jsonb refuses. */
export function areSafe(texts: readonly (string | null)[]): boolean {
  return texts.every((text) => text?.includes("\0") !== true);
}

/** Text as a cell. Throws a Refusal for U+0000. */
export function textToCell(text: string): JsonText {
  // Most texts need no care, and a search is several times cheaper than JSON.stringify.
  if (!needsCare.test(text)) return asJsonText(`"${text}"`);
  if (text.includes("\0")) {
    throw new Refusal("nul_character", `The text ${quote(text)} contains U+0000, which jsonb cannot store.`);
  }
  return stringToJson(text);
}

/**
 * A cell without a type of its own: a JSON number is a number, `true` and `false` in any case are booleans, all else is
 * text (`007`, `+1`, `nan` and `2026-01-01` too). Throws a Refusal for numbers that the catalog cannot hold.
 */
export function guessCell(text: string): JsonText {
  if (numberPattern.test(text)) return asJsonText(exactJson(text));
  return booleanPattern.test(text) ? asJsonText(text.toLowerCase()) : textToCell(text);
}

/** Runs `fill` over the cells of a row; what it refuses becomes the row's problem. */
export function makeRow(position: string, fill: (cells: Map<string, JsonText>) => void): ParsedRow {
  const cells = new Map<string, JsonText>();
  try {
    fill(cells);
    return { position, cells, problem: null };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { position, cells, problem: error.problem };
  }
}
