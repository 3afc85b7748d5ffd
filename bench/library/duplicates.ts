// 10,000 files that are to come in against a library of 100,000: which are there already?

import { openDatabase } from "../../src/database/index.ts";
import { DuplicateChecker, type LibraryFile, makeLibraryFile, openLibrary } from "../../src/library/index.ts";
import type { BenchDatabase } from "../support/server.ts";
import { contentHashOf, makeFile, makeFiles } from "./files.ts";

export interface DuplicateRun {
  stored: number;
  checked: number;
  round: number;
  isFuzzy: boolean;
  elapsedMs: number;
  /** How many have which match. */
  found: Record<string, number>;
}

export interface DuplicateOptions {
  stored: number;
  checked: number;
  rounds: number;
}

/** Of eight files four are new, and one each has the tags, the content, a title that is nearly the same, an addition. */
export function makeIncoming(index: number, stored: number): { file: LibraryFile; expected: string } {
  const known = makeFile((index * 31) % stored);
  const fresh = makeFile(stored + index);
  const path = `incoming/${fresh.path}`;
  const from = (base: LibraryFile, change: Partial<LibraryFile>): LibraryFile => {
    const { metadataHash: _hash, isHashOfName: _weak, ...rest } = base;
    const contentHash = contentHashOf(stored * 2 + index, base.size);
    return makeLibraryFile({ ...rest, contentHash, ...change, id: null, path });
  };
  const { artist, title, contentHash } = known;
  const cases: Record<number, () => { file: LibraryFile; expected: string }> = {
    4: () => ({ file: from(fresh, { artist, title }), expected: "exact_metadata" }),
    5: () => ({ file: from(fresh, { contentHash, size: known.size }), expected: "exact_file" }),
    6: () => ({ file: from(fresh, { artist, title: `${title}s` }), expected: "fuzzy_metadata" }),
    7: () => ({ file: from(fresh, { artist, title: `${title} (Radio Edit)` }), expected: "fuzzy_metadata" }),
  };
  return cases[index % 8]?.() ?? { file: from(fresh, {}), expected: "none" };
}

export async function runDuplicates(
  bench: BenchDatabase,
  options: DuplicateOptions,
): Promise<DuplicateRun[]> {
  const { stored, checked, rounds } = options;
  const database = await openDatabase({ dsn: bench.dsn });
  try {
    const library = await openLibrary(database, { schema: "bench_duplicates", root: "/music" });
    await library.batchInsertFiles(makeFiles(stored));
    await database.pool.query("analyze bench_duplicates.file");
    const incoming = Array.from({ length: checked }, (_, index) => makeIncoming(index, stored));
    const files = incoming.map(({ file }) => file);
    const checker = new DuplicateChecker(library);
    const runs: DuplicateRun[] = [];
    for (let round = 1; round <= rounds; round++) {
      for (const isFuzzy of [false, true]) {
        globalThis.gc?.();
        const start = performance.now();
        const results = await checker.checkBatch(files, { useFuzzy: isFuzzy });
        const elapsedMs = performance.now() - start;
        const found: Record<string, number> = {};
        for (const [index, { matchType }] of results.entries()) {
          found[matchType] = (found[matchType] ?? 0) + 1;
          const wanted = incoming[index]?.expected;
          const isExact = wanted?.startsWith("exact") === true;
          // Titles of new files may be like others by chance; what is known must be found.
          if (wanted !== "none" && (isFuzzy || isExact) && matchType !== wanted) {
            throw new Error(`File ${index} is ${matchType}, not ${wanted}.`);
          }
        }
        runs.push({ stored, checked, round, isFuzzy, elapsedMs, found });
        console.error(
          `duplicates, round ${round}, ${isFuzzy ? "fuzzy" : "exact"}: ${Math.round(elapsedMs)} ms`,
        );
      }
    }
    return runs;
  } finally {
    await database.close();
    const client = await bench.connect();
    await client.query("drop schema if exists bench_duplicates cascade");
    await client.end();
  }
}
