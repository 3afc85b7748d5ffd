// A process that scans a folder, for tests that run several or kill one.
// scanChild.ts DSN LIBRARY ROOT COMMIT_EVERY

import { openDatabase } from "../../../src/database/index.ts";
import { scanLibrary } from "../../../src/library/scan/index.ts";
import { openLibrary } from "../../../src/library/store/index.ts";

const [dsn = "", name = "", root = "", commitEvery = "0"] = process.argv.slice(2);

const database = await openDatabase({ dsn });
const library = await openLibrary(database, { library: name, root });
process.stdout.write("open\n");
const report = await scanLibrary(library, { commitEvery: Number(commitEvery) });
process.stdout.write(`${JSON.stringify(report)}\n`);
await database.close();
