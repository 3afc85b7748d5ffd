// The command line as a process, as a user starts it. A start costs about a second: use it for what needs one.

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { vi } from "vitest";
import { runCommandLine } from "../../src/cli/run.ts";

const entry = fileURLToPath(new URL("../../bin/copycat.mjs", import.meta.url));

export interface CliResult {
  /** Null when a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface CliOptions {
  cwd: string;
  env?: Record<string, string>;
  /** What stands on standard input; it ends after that. */
  stdin?: string;
}

export interface RunningCli {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<CliResult>;
  /** What stands on stdout so far. */
  stdout(): string;
  /** Resolves when stderr holds the text; rejects when the process ends without it. */
  sees(text: string): Promise<void>;
}

/** Runs a command to its end. */
export async function runCli(args: readonly string[], options: CliOptions): Promise<CliResult> {
  const running = startCli(args, options);
  running.child.stdin.end(options.stdin ?? "");
  return await running.ended;
}

/** Starts a command and leaves its standard input open. */
export function startCli(args: readonly string[], { cwd, env = {} }: CliOptions): RunningCli {
  const child = spawn(process.execPath, [entry, ...args], { cwd, env: { ...plainEnv(), ...env } });
  // A process that ends early closes the pipe; what it says on stderr is the message, not EPIPE.
  child.stdin.on("error", () => undefined);
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output.stderr += text;
  });
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, ...output }));
  });
  const sees = async (text: string): Promise<void> => {
    let isOver = false;
    void ended.then(() => {
      isOver = true;
    });
    while (!output.stderr.includes(text)) {
      if (isOver) throw new Error(`ended without "${text}" on stderr: ${output.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  return { child, ended, stdout: () => output.stdout, sees };
}

/** Our environment without what would change the program's mind. */
function plainEnv(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    ([name, value]) =>
      value !== undefined && name !== "DATABASE_URL" && !/^(COPYCAT_|VITEST|NODE_)/.test(name),
  );
  return Object.fromEntries(entries) as Record<string, string>;
}

/** Runs a command in this process; for all that needs no process of its own. */
export async function callCli(args: readonly string[]): Promise<Omit<CliResult, "signal">> {
  const output = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((chunk) => {
      output[name] += String(chunk);
      return true;
    }),
  );
  const before = process.exitCode;
  process.exitCode = 0;
  try {
    await runCommandLine(["node", "copycat", ...args]);
    return { code: Number(process.exitCode), ...output };
  } finally {
    process.exitCode = before;
    for (const spy of spies) spy.mockRestore();
  }
}
