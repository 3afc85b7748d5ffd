// Is a file in the library already? Thousands are asked about together.

import { CopycatError } from "../../errors.ts";
import type { Library } from "../store/index.ts";
import type { DuplicateResult } from "../types.ts";
import { type MatchOptions, matchSubjects } from "./match.ts";
import { type CheckedFile, checkThreshold } from "./result.ts";
import { type CheckInput, checkSignal, pathOf, type ReadOptions, readSubjects } from "./subjects.ts";

export interface CheckOptions extends MatchOptions, ReadOptions {
  /** Called after each part of the files. */
  onProgress?: (progress: { checked: number; total: number }) => void;
}

/** Files that are read before they are looked up: as many as share one query for titles, and fit into memory. */
export const filesAtOnce = 10_000;

/**
 * Compares files with the active ones of a library. A file is never its own duplicate, by whichever path it is given; one that
 * was read from another library or store is another file, whatever its id. Of a record that was copied (`{ ...file }`, JSON) only
 * the id is known: set it to null when it is of another store.
 *
 * @example
 * const checker = new DuplicateChecker(library);
 * const { isDuplicate, matchType, matchedFile } = await checker.checkFile("/import/song.mp3");
 */
export class DuplicateChecker {
  readonly #library: Library;

  constructor(library: Library) {
    if (library === null || library === undefined) throw new CopycatError("USAGE", "library cannot be null");
    this.#library = library;
  }

  /**
   * One file; "none", with a problem, for one that cannot be read.
   *
   * @throws CopycatError USAGE (an empty path, a threshold outside 0 to 1), DATABASE, CONNECTION, CANCELLED
   */
  async checkFile(input: CheckInput, options: CheckOptions = {}): Promise<CheckedFile> {
    if (input === null || input === undefined || pathOf(input) === "") {
      throw new CopycatError("USAGE", "path cannot be null or empty");
    }
    return (await this.#check([input], options))[0] as CheckedFile;
  }

  /** In the order of the files; none for none. Otherwise as `checkFilesBatch`. */
  async checkBatch(inputs: readonly CheckInput[], options: CheckOptions = {}): Promise<CheckedFile[]> {
    return this.#check(inputs ?? [], options);
  }

  /**
   * By path, as it was given.
   *
   * Whatever their number, 10,000 files are three look-ups by hashes and one for titles: without titles 0.3 to
   * 0.7 s in a library of 100,000, with them 2 to 3 s where each has 1,000 of its artist to be compared with.
   *
   * @throws CopycatError USAGE `paths cannot be null or empty`, and as `checkFile`: a database that fails is never
   * read as "new"
   */
  async checkFilesBatch(
    inputs: readonly CheckInput[],
    options: CheckOptions = {},
  ): Promise<Map<string, CheckedFile>> {
    if (!Array.isArray(inputs) || inputs.length === 0) {
      throw new CopycatError("USAGE", "paths cannot be null or empty");
    }
    return new Map((await this.#check(inputs, options)).map((checked) => [checked.path, checked]));
  }

  async #check(inputs: readonly CheckInput[], options: CheckOptions): Promise<CheckedFile[]> {
    const { fuzzyThreshold = 0.8, signal, onProgress } = options;
    checkThreshold(fuzzyThreshold);
    const checked: CheckedFile[] = [];
    for (let start = 0; start < inputs.length; start += filesAtOnce) {
      checkSignal(signal);
      const some = inputs.slice(start, start + filesAtOnce);
      const subjects = await readSubjects(this.#library, some, options);
      const results = await matchSubjects(this.#library, subjects, options);
      for (const [index, { path, problem }] of subjects.entries()) {
        checked.push({ path, problem, ...(results[index] as DuplicateResult) });
      }
      onProgress?.({ checked: checked.length, total: inputs.length });
    }
    return checked;
  }
}
