// Reading arrays through the catalog, against h5py on the same files.

import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { withCatalogs } from "../increment/catalogs.ts";
import { findPython } from "../scan/python.ts";
import { describeEnvironment } from "../support/environment.ts";
import { count, serverOptions, settings } from "../support/options.ts";
import { describeInMarkdown, resultsFolder, writeResults } from "../support/results.ts";
import { makeWorks } from "./data.ts";
import { repetitions, runReadRounds, warmUps } from "./rounds.ts";
import { readTable, summariseReads } from "./summary.ts";

const execute = promisify(execFile);

/** @param args after `read` on the command line */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: serverOptions });
  const rounds = count("rounds", values.rounds, 5);
  const python = await findPython();
  const missing =
    python === undefined
      ? "Without h5py: no Python that has it (pip install h5py asyncpg in bench/.cache/venv)."
      : "";
  if (missing !== "") console.log(missing);
  const built = await build();
  const folder = await mkdtemp(join(tmpdir(), "copycat-read-"));
  try {
    const server = { dsn: values.dsn, server: values.server, settings: settings(values.set) };
    await withCatalogs(server, async (catalogs, bench) => {
      const client = await bench.connect();
      const environment = await describeEnvironment(client, ["pg"]);
      await client.end();
      Object.assign(environment.versions, await pythonVersions(python));
      const catalog = await catalogs.make("read");
      const works = await makeWorks(catalog.database, folder);
      const all = await runReadRounds({ dsn: catalog.dsn, works, built, python, rounds });
      const summary = summariseReads(all);
      const name = values.name ?? "read";
      const markdown = [
        `# Reading arrays, ${rounds} rounds`,
        "Milliseconds, median (minimum - maximum) of the rounds; each round is a new process a side, and in it the median " +
          `of ${repetitions} runs after ${warmUps} that are not counted. Ratios are of the same round: above 1 is faster ` +
          "than h5py. Values are checked by their sum. copycat is compiled, and reads with " +
          `${Math.max(1, availableParallelism() - 1)} thread(s) beside the calling one; it is imported as \`copycat/read\`, ` +
          '"first array" includes no connection, "the start of the process" does. To ask the catalog is one prepared ' +
          "query for all locators; h5py's is written for this one question, and prepared by asyncpg.",
        readTable(summary),
        ...(missing === "" ? [] : [missing]),
        describeInMarkdown(environment),
      ].join("\n\n");
      const results = { name, rounds, environment, summary, runs: all };
      await writeResults({ folder: values.out ?? resultsFolder, name }, results, `${markdown}\n`);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Users run what is compiled; from source a thread would first compile itself, which is not what is measured. */
async function build(): Promise<string> {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const built = fileURLToPath(new URL("../.cache/read-dist", import.meta.url));
  await rm(built, { recursive: true, force: true });
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const options = ["-p", join(root, "tsconfig.build.json"), "--outDir", built, "--noCheck"];
  await execute(process.execPath, [compiler, ...options]);
  return built;
}

async function pythonVersions(python: string | undefined): Promise<Record<string, string>> {
  if (python === undefined) return {};
  const script =
    "import h5py, json, platform; print(json.dumps({'python': platform.python_version(), 'h5py': h5py.__version__}))";
  const { stdout } = await execute(python, ["-c", script]);
  return JSON.parse(stdout) as Record<string, string>;
}
