// The service as users run it: compiled, a process of its own.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const execute = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));
const built = fileURLToPath(new URL("../.cache/soak-dist", import.meta.url));

export interface ServiceProcess {
  url: string;
  /** What was left of the heap after the last full collection; NaN before the first. A leak shows here first. */
  liveHeapBytes(): number;
  /** Tells it to stop; its exit code. */
  stop(): Promise<number | null>;
}

/** @param port 0: any that is free */
export async function startServiceProcess(dsn: string, port: number): Promise<ServiceProcess> {
  await build();
  const args = ["serve", "--port", String(port), "--rate", "1000000", "--quiet"];
  const child = spawn(process.execPath, ["--trace-gc", join(built, "src/cli/main.js"), ...args], {
    // The environment and not the command line, which all users see.
    env: { ...process.env, DATABASE_URL: dsn },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const live = followCollections(child);
  const url = await Promise.race([listening(child), ended.then(endedEarly)]);
  return {
    url,
    liveHeapBytes: live,
    stop: () => {
      child.kill("SIGTERM");
      return ended;
    },
  };
}

/** "[41:0x5e1] 90 ms: Mark-Compact 63.1 (80.2) -> 38.0 (75.0) MB, ...": those of the main thread, which is the first to tell. */
function followCollections({ stdout }: ChildProcess): () => number {
  let main: string | undefined;
  let live = Number.NaN;
  let rest = "";
  stdout?.setEncoding("utf8").on("data", (part: string) => {
    const lines = (rest + part).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const [, isolate, megabytes] = /^\[\d+:(\w+)\].*Mark-Compact.* -> ([\d.]+) /.exec(line) ?? [];
      if (isolate === undefined) continue;
      main ??= isolate;
      if (isolate === main) live = Number(megabytes) * 1024 * 1024;
    }
  });
  return () => live;
}

function endedEarly(code: number | null): never {
  throw new Error(`The service has ended with ${code}.`);
}

function listening({ stdout }: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    stdout?.setEncoding("utf8").on("data", (part: string) => {
      text += part;
      const url = /Listening on (http:\/\/\S+?)[.,]?\s/.exec(text)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
}

async function build(): Promise<void> {
  await rm(built, { recursive: true, force: true });
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const options = ["-p", join(root, "tsconfig.build.json"), "--outDir", built, "--noCheck"];
  await execute(process.execPath, [compiler, ...options]);
  // It says which version it is.
  await cp(join(root, "package.json"), join(built, "package.json"));
  await cp(join(root, "src/service/page"), join(built, "src/service/page"), { recursive: true });
}
