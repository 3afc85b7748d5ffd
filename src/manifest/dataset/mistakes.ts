// Collecting every mistake of a file, so that it is mended in one go.

import { basename } from "node:path";
import { LineCounter } from "yaml";
import { CopycatError } from "../../errors.ts";

interface Mistake {
  offset: number;
  message: string;
}

/** The mistakes of one file. Positions are offsets into its text. */
export class Mistakes {
  readonly file: string;
  readonly lineCounter = new LineCounter();
  readonly #found: Mistake[] = [];

  constructor(file: string) {
    this.file = file;
  }

  get count(): number {
    return this.#found.length;
  }

  /**
   * @param path what is wrong, such as "artifacts[0].type"; "" for the file as a whole
   * @param message what was expected and what was found
   */
  add(offset: number, path: string, message: string): void {
    const shown = path.length > 200 ? `${path.slice(0, 197)}...` : path;
    const line = shown === "" ? message : `${shown}: ${message}`;
    this.#found.push({ offset, message: line.toWellFormed() });
  }

  /** Line and column of an offset, both from 1. */
  position(offset: number): string {
    const { line, col } = this.lineCounter.linePos(offset);
    // Without any line the counter answers 0:offset.
    return line === 0 ? `1:${offset + 1}` : `${line}:${col}`;
  }

  /** INVALID_INPUT with one line a mistake, in the order of the file. */
  toError(): CopycatError {
    const sorted = this.#found.toSorted((a, b) => a.offset - b.offset);
    const name = basename(this.file);
    const details = sorted.map(({ offset, message }) => `${name}:${this.position(offset)}: ${message}`);
    const count = details.length === 1 ? "1 mistake" : `${details.length} mistakes`;
    return new CopycatError("INVALID_INPUT", `${this.file} has ${count}. Mend the file and try again.`, {
      details,
    });
  }
}
