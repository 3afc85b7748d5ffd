// Moves of which some are refused: nothing is lost, and the others are made.

import { describe, expect, it } from "vitest";
import { type Library, type LibraryFile, openLibrary } from "../../../src/library/index.ts";
import { useDatabase } from "../../support/database.ts";

const database = useDatabase({ empty: true });

let count = 0;

/** A library with files of these names, and what moves one of them. */
async function make(...paths: string[]) {
  const library = await openLibrary(database.database, { library: `moves ${++count}` });
  await library.batchInsertFiles(paths.map((path, index) => ({ path, size: 100 + index, title: path })));
  const files = (await library.batchGetFilesByPaths(paths)) as Map<string, LibraryFile>;
  const move = (from: string, to: string, more: Partial<LibraryFile> = {}) => {
    const file = files.get(from) as LibraryFile;
    return { id: file.id as number, file: { ...file, path: to, ...more } };
  };
  return { library, move };
}

/** What the server refuses: the table says that no year is later. */
const refused: Partial<LibraryFile> = { year: 9999 };

/** path -> title, which is the path that a row had at first. */
async function titles(library: Library): Promise<Record<string, string | null>> {
  const found: Record<string, string | null> = {};
  for await (const { path, title } of library.listFiles()) found[path] = title;
  return found;
}

const codes = ({ failures }: { failures: { change: string; index: number; code: string }[] }) =>
  failures.map(({ change, index, code }) => `${change} ${index} ${code}`);

describe("moves of which one is refused", () => {
  it("in a chain: those behind it stay as well, the others go", async () => {
    const { library, move } = await make("a", "b", "c", "d", "x");
    // b cannot leave its place, so that a cannot take it, nor d that of a; c and x are free.
    const report = await library.applyScan({
      move: [move("a", "b"), move("b", "c", refused), move("c", "e"), move("d", "a"), move("x", "y")],
    });
    expect(report).toMatchObject({ moved: 2 });
    expect(codes(report)).toEqual([
      "move 0 duplicate_path",
      "move 1 check_violation",
      "move 3 duplicate_path",
    ]);
    expect(await titles(library)).toEqual({ a: "a", b: "b", d: "d", e: "c", y: "x" });
  });

  it("in a swap: both stay, and what else was found is written", async () => {
    const { library, move } = await make("a", "b", "c");
    const report = await library.applyScan({
      move: [move("a", "b"), move("b", "a", refused)],
      missing: [move("c", "c").id],
    });
    expect(report).toMatchObject({ moved: 0, missing: 1 });
    expect(codes(report)).toEqual(["move 0 duplicate_path", "move 1 check_violation"]);
    expect(await titles(library)).toEqual({ a: "a", b: "b" });
  });

  it("a row that is not there any more is in nobody's way", async () => {
    const { library, move } = await make("a", "b");
    const moves = [move("a", "b"), move("b", "c")];
    await library.deleteFile("b");
    const report = await library.applyScan({ move: moves });
    expect(report).toMatchObject({ moved: 1 });
    expect(codes(report)).toEqual(["move 1 not_found"]);
    expect(await titles(library)).toEqual({ b: "a" });
  });
});
