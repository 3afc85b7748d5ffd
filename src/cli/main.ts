// Entry of the command line.

import { describeDsn } from "../database/describeDsn.ts";
import { tolerateLeavingReader } from "./output.ts";
import { runCommandLine } from "./run.ts";

const argv = [...process.argv];
// The list of processes is for everybody to see. What was typed stands there until now; DATABASE_URL never does.
if (argv.some((word) => describeDsn(word) !== word)) process.title = `copycat ${argv[2] ?? ""}`;
tolerateLeavingReader();
await runCommandLine(argv);
