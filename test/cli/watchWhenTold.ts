// copycat watch, loaded and waiting: begins with the first byte on standard input, so that a test need not wait for Node.

import "../../src/cli/commands/watch.ts";
import { runCommandLine } from "../../src/cli/run.ts";

process.stdin.once("data", () => {
  process.stdin.destroy();
  void runCommandLine(process.argv);
});
process.stdout.write("loaded\n");
