// Locators into a file; one that is there is replaced when the new one is complete.

import { CopycatError } from "../../errors.ts";
import type { ListedLocator } from "./listLocators.ts";
import { locatorsCsv, locatorsNdjson } from "./locatorText.ts";
import { locatorsParquet } from "./parquet.ts";
import { writePieces } from "./writeArray.ts";

export const locatorFormats = ["ndjson", "csv", "parquet"] as const;

export type LocatorFormat = (typeof locatorFormats)[number];

const linesPerPiece = 1000;

/**
 * Writes locators as they come; how many they were.
 *
 * @param format default: what the name of the file says
 * @throws CopycatError USAGE when the format is not known; UNREADABLE_SOURCE when the file cannot be written
 */
export async function writeLocators(
  locators: AsyncIterable<ListedLocator>,
  file: string,
  format?: LocatorFormat,
): Promise<number> {
  const chosen = format ?? locatorFormats.find((name) => file.toLowerCase().endsWith(`.${name}`));
  if (chosen === undefined) {
    const known = locatorFormats.map((name) => `.${name}`).join(", ");
    throw new CopycatError("USAGE", `${file} does not say its format. End its name with one of ${known}.`);
  }
  let count = 0;
  const counted = async function* (): AsyncGenerator<ListedLocator> {
    for await (const locator of locators) {
      count += 1;
      yield locator;
    }
  };
  if (chosen === "parquet") await writePieces(file, locatorsParquet(counted()));
  else await writePieces(file, inPieces((chosen === "csv" ? locatorsCsv : locatorsNdjson)(counted())));
  return count;
}

async function* inPieces(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let piece: string[] = [];
  for await (const line of lines) {
    piece.push(line);
    if (piece.length < linesPerPiece) continue;
    yield `${piece.join("\n")}\n`;
    piece = [];
  }
  if (piece.length > 0) yield `${piece.join("\n")}\n`;
}
