// Entry of the command line.

import { tolerateLeavingReader } from "./output.ts";
import { runCommandLine } from "./run.ts";

tolerateLeavingReader();
await runCommandLine(process.argv);
