// A process that writes a share of a library, for tests that run several.
// writerChild.ts DSN LIBRARY SHARE OF COUNT

import { openDatabase } from "../../../src/database/index.ts";
import { type LibraryFileInput, openLibrary } from "../../../src/library/index.ts";
import { makeFile } from "./support.ts";

const [dsn = "", name = "", share = "0", of = "1", count = "100"] = process.argv.slice(2);

const database = await openDatabase({ dsn });
const library = await openLibrary(database, { library: name });
// Every file is written by its neighbour as well, and odd shares write theirs backwards.
const all = Array.from({ length: Number(count) }, (_, index) => index);
const own = all.filter((index) => [index % Number(of), (index + 1) % Number(of)].includes(Number(share)));
const order = Number(share) % 2 === 0 ? own : own.reverse();
let inserted = 0;
for (let start = 0; start < order.length; start += 100) {
  const files = order.slice(start, start + 100).map((index) => makeFile(index));
  inserted += (await library.batchInsertFiles(files)).changed;
  const found = await library.batchGetFilesByPaths(files.map(({ path }) => path));
  const changed = [...found.values()].map((file) => ({ ...file, album: `by ${share}` }) as LibraryFileInput);
  await library.batchUpdateFiles(changed.reverse());
  await library.batchMarkInactive(changed.filter((_, index) => index % 10 === 0).map(({ path }) => path));
}
process.stdout.write(String(inserted));
await database.close();
