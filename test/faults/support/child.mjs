// The command line in a process that is loaded already and waits to be told: a fault every second leaves no time for a start
// of Node. Runs what is compiled (npm run build), one command after the other, and tells how each ended.

import { syncBuiltinESMExports } from "node:module";
import process from "node:process";
import threads from "node:worker_threads";

const dist = new URL("../../../dist/src/cli/", import.meta.url);
const { runCommandLine } = await import(new URL("run.js", dist).href);
await Promise.all(
  ["ingest", "memory", "simulation", "library"].map(
    (name) => import(new URL(`commands/${name}.js`, dist).href),
  ),
);

const output = { stdout: "", stderr: "" };
for (const name of ["stdout", "stderr"]) {
  process[name].write = (chunk) => {
    output[name] += String(chunk);
    return true;
  };
}

const RealDate = Date;
/** The clock of the system jumps: what asks for the time gets another one, and what measures spans does not notice. */
function shiftClock(shiftMs) {
  globalThis.Date = class extends RealDate {
    constructor(...given) {
      if (given.length === 0) super(RealDate.now() + shiftMs);
      else super(...given);
    }
    static now() {
      return RealDate.now() + shiftMs;
    }
    /** Moments from before the jump are dates as well. */
    static [Symbol.hasInstance](value) {
      return value instanceof RealDate;
    }
  };
}

/** Threads that are started from now on get less memory than they ask for. */
function limitThreads(heapMb) {
  const Real = threads.Worker;
  threads.Worker = class extends Real {
    constructor(file, options) {
      super(file, {
        ...options,
        resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: 1 },
      });
    }
  };
  syncBuiltinESMExports();
}

process.on("message", async ({ args, clock, threadHeapMb }) => {
  if (threadHeapMb !== undefined) limitThreads(threadHeapMb);
  if (clock !== undefined) setTimeout(() => shiftClock(clock.shiftMs), clock.afterMs);
  process.exitCode = 0;
  await runCommandLine(["node", "copycat", ...args]);
  process.send({ code: process.exitCode, ...output });
  output.stdout = output.stderr = "";
});
process.on("disconnect", () => process.exit(0));
process.send({ ready: true });
