// Python programs: Tiled's own commands, a Tiled server, and our scripts that use the stock client.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { TiledEnvironment } from "../../support/tiledEnvironment.ts";

const run = promisify(execFile);
const startTimeoutMs = 120_000;

export interface TiledServer {
  url: string;
  apiKey: string;
  /** The end of what it has written. */
  log(): string;
  stop(): Promise<void>;
}

/** SQLAlchemy does not know the short form of the scheme. */
export function sqlalchemyUri(dsn: string): string {
  return dsn.replace(/^postgres:/, "postgresql:");
}

/** Runs `tiled ARGS`, such as `catalog init`, to its end. @throws with what it wrote */
export async function runTiled(environment: TiledEnvironment, args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await run(environment.python, ["-m", "tiled", ...args], options());
  return stdout + stderr;
}

/** Runs a script of test/interop/python with its arguments as JSON; what it prints. @throws with what it wrote */
export async function runPython(
  environment: TiledEnvironment,
  script: string,
  args: Readonly<Record<string, unknown>>,
): Promise<string> {
  return (await run(environment.python, [pathOf(script), JSON.stringify(args)], options())).stdout;
}

/** `tiled serve config FILE` on a free port; waits until it answers. It ends at the latest with this process. */
export async function serveTiled(
  environment: TiledEnvironment,
  { file, apiKey }: { file: string; apiKey: string },
): Promise<TiledServer> {
  const port = await freePort();
  const address = ["--host", "127.0.0.1", "--port", String(port)];
  const command = [environment.python, "-m", "tiled", "serve", "config", file, ...address];
  const child = spawn(environment.python, [pathOf("until_closed.py"), ...command], {
    stdio: ["pipe", "pipe", "pipe"],
    ...options(),
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      log = (log + text).slice(-20_000);
    });
  }
  const server = {
    url: `http://127.0.0.1:${port}/api/v1`,
    apiKey,
    log: () => log,
    stop: () => stop(child),
  };
  if (await answers(server.url, child)) return server;
  await server.stop();
  throw new Error(`Tiled ${environment.version} did not start: ${log.slice(-4000)}`);
}

async function answers(url: string, child: ChildProcess): Promise<boolean> {
  const start = performance.now();
  while (performance.now() - start < startTimeoutMs && child.exitCode === null) {
    const isUp = await fetch(`${url}/`).then(
      (response) => response.ok,
      () => false,
    );
    if (isUp) return true;
    await sleep(100);
  }
  return false;
}

/** Closes its standard input, on which it ends the server, as happens when this process dies. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.stdin?.end();
  await Promise.race([ended, sleep(20_000)]);
  if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
}

function pathOf(script: string): string {
  return fileURLToPath(new URL(`../python/${script}`, import.meta.url));
}

/**
 * Our environment, without what Tiled's settings and the login of its client could come from. What a server refuses is
 * asked for three times only, not for 45 s; never once, since after an error the server closes its connection.
 */
function options(): { env: NodeJS.ProcessEnv; maxBuffer: number } {
  const own = Object.entries(process.env).filter(([name]) => !/^(TILED_|PYTHON)/.test(name));
  const settings = { PYTHONUNBUFFERED: "1", PYTHONDONTWRITEBYTECODE: "1", TILED_RETRY_ATTEMPTS: "3" };
  return { env: { ...Object.fromEntries(own), ...settings }, maxBuffer: 2 ** 26 };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("No port is free.");
  return address.port;
}
