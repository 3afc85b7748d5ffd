// Ways that a database administrator would write: a script for psql, which gets the rows as a file on its stdin.

import { execFile, spawn } from "node:child_process";
import { open } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { PhaseTime } from "../../src/catalog/index.ts";
import { inFreshCatalog } from "./freshCatalog.ts";
import { countNodes } from "./nodes.ts";
import type { Loaded, Way, WayName } from "./types.ts";

/** @param script in the folder sql/ */
export function psqlWay(name: WayName, label: string, script: string): Way {
  const path = fileURLToPath(new URL(`sql/${script}`, import.meta.url));
  return {
    name,
    label,
    missing: missingPsql,
    load: async (task) => {
      const tsv = await task.files.tsv(task.entities);
      return inFreshCatalog(task, async ({ dsn }) => {
        const marks = parseMarks(await runScript(dsn, path, tsv));
        return timesOf(marks, task.entities);
      });
    },
  };
}

async function missingPsql(): Promise<string | null> {
  try {
    await promisify(execFile)("psql", ["--version"]);
    return null;
  } catch {
    return "psql is not installed (package postgresql-client).";
  }
}

async function runScript(dsn: string, script: string, tsv: string): Promise<string> {
  const file = await open(tsv);
  try {
    const child = spawn("psql", ["--no-psqlrc", "--quiet", "--file", script, "--dbname", dsn], {
      // `\copy ... from pstdin` in the script reads this file.
      stdio: [file.fd, "pipe", "pipe"],
    });
    let [stdout, stderr] = ["", ""];
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    if (code !== 0) throw new Error(`${script} ended with ${code}: ${stderr}`);
    return stdout;
  } finally {
    await file.close();
  }
}

interface Mark {
  name: string;
  seconds: number;
}

/** Lines like `1763746122.456789|copy`: the server's clock after each step, `start` once psql is connected. */
function parseMarks(stdout: string): Mark[] {
  return [...stdout.matchAll(/^(\d+\.\d+)\|(.+)$/gm)].map(([, seconds, name]) => ({
    name: name ?? "",
    seconds: Number(seconds),
  }));
}

function timesOf(marks: readonly Mark[], entities: number): Loaded {
  const [start] = marks;
  const end = marks.at(-1);
  if (start?.name !== "start" || end?.name !== "end") throw new Error("The script's clock is not complete.");
  const phases = marks.slice(1).map(({ name, seconds }, index) => ({
    name: name as PhaseTime["name"],
    elapsedMs: Math.round((seconds - (marks[index]?.seconds ?? seconds)) * 1000),
    rows: countNodes(entities),
  }));
  return { entities, elapsedMs: (end.seconds - start.seconds) * 1000, phases };
}
