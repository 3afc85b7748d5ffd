// copycat itself, in a process of its own: its memory is then only what it and its records take.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { inFreshCatalog } from "./freshCatalog.ts";
import type { OursAnswer, OursTask } from "./oursChild.ts";
import { isAlwaysThere, type Way } from "./types.ts";

const run = promisify(execFile);
const child = fileURLToPath(new URL("oursChild.ts", import.meta.url));

export const ours: Way = {
  name: "ours",
  label: "copycat, offline",
  missing: isAlwaysThere,
  load: (task) =>
    inFreshCatalog(task, async ({ dsn }) => {
      const { entities, locators } = task;
      const given: OursTask = { dsn, entities, locators };
      const { stdout } = await run(
        process.execPath,
        // 1.2 million records need more than the 4 GB that Node would allow itself at most.
        ["--expose-gc", "--max-old-space-size=8192", "--import", "tsx", child, JSON.stringify(given)],
        { cwd: fileURLToPath(new URL("..", import.meta.url)), maxBuffer: 2 ** 24 },
      );
      const { elapsedMs, phases, memory } = JSON.parse(stdout) as OursAnswer;
      return { entities, elapsedMs, phases, memory };
    }),
};
