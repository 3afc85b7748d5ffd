// The first rejects of a load, for its answer: of any number of them, of any size, a bounded text.

import { createReadStream } from "node:fs";
import { splitLines } from "../../files/index.ts";

const mostRejects = 100;

/** Of a reject with a longer record the record is left out: who sent it has it. */
const mostLineBytes = 64 * 1024;

export interface FirstRejects {
  /** JSON texts, as they stand in the rejects file. */
  lines: string[];
  /** Where there are more. */
  isAll: boolean;
}

/** @param path where a load has put them; a file that is not there has none */
export async function readRejects(path: string): Promise<FirstRejects> {
  const lines: string[] = [];
  const bytes = createReadStream(path);
  try {
    for await (const some of splitLines(bytes as AsyncIterable<Buffer>, mostLineBytes)) {
      for (const { bytes: line, isTooLong } of some) {
        if (lines.length === mostRejects) return { lines, isAll: false };
        lines.push(isTooLong ? withoutRecord(line.toString()) : line.toString());
      }
    }
    return { lines, isAll: true };
  } catch {
    // Made when the first reject comes.
    return { lines, isAll: true };
  } finally {
    bytes.destroy();
  }
}

const unknown = {
  source: "-",
  position: "",
  code: "too_long",
  message: "The record is too long to be shown.",
  record: null,
};

/** The record comes last in a line; only the beginning is there. */
function withoutRecord(start: string): string {
  const at = start.indexOf(',"record":');
  const text = `${start.slice(0, at)},"record":null}`;
  try {
    JSON.parse(text);
    return text;
  } catch {
    return JSON.stringify(unknown);
  }
}
