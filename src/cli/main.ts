// Entry of the command line.

import { runCommandLine } from "./run.ts";

await runCommandLine(process.argv);
