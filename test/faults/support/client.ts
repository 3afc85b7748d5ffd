// Processes that run the command line: loaded before they are needed, since most end by a fault.

import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("./child.mjs", import.meta.url));

export interface Outcome {
  /** Null when the process died instead of ending. */
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  elapsedMs: number;
  /** It had to be killed, because it did not come to an end. */
  isHung: boolean;
}

export interface RunOptions {
  /** The client's clock jumps so far, so long after the start. */
  clock?: { afterMs: number; shiftMs: number } | undefined;
  /** Heap of threads that read files, in MB. */
  threadHeapMb?: number | undefined;
}

/**
 * No command takes a tenth of it on a machine that has nothing else to do; 200 files of which each ends the thread that reads it
 * took 56 s on a busy one.
 */
const longestMs = 240_000;

export class Client {
  readonly #child: ChildProcess;
  readonly ready: Promise<void>;
  #errors = "";

  constructor(folder: string, execArgv: readonly string[] = []) {
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^(COPYCAT_|VITEST|NODE_|DATABASE_URL)/.test(name)),
    );
    this.#child = fork(script, [], { cwd: folder, silent: true, execArgv: [...execArgv], env });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#errors += text;
    });
    this.#child.on("error", () => undefined);
    this.ready = this.#answer(() => undefined).then(() => undefined);
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async run(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    await this.ready;
    const start = performance.now();
    let isHung = false;
    const giveUp = setTimeout(() => {
      isHung = true;
      this.kill();
    }, longestMs);
    const told = await this.#answer(() => {
      if (this.isAlive) this.#child.send({ args, ...options }, () => undefined);
    });
    clearTimeout(giveUp);
    const ended = told ?? { code: null, stdout: "", stderr: this.#errors };
    return { ...ended, signal: this.#child.signalCode, elapsedMs: performance.now() - start, isHung };
  }

  /** What it says next; null when it ends without a word. */
  #answer(ask: () => void): Promise<Pick<Outcome, "code" | "stdout" | "stderr"> | null> {
    return new Promise((resolve) => {
      if (!this.isAlive) return resolve(null);
      const child = this.#child;
      const settle = (message: unknown): void => {
        child.off("message", settle);
        child.off("close", settle);
        resolve(typeof message === "object" ? (message as Outcome) : null);
      };
      child.on("message", settle);
      child.on("close", settle);
      ask();
    });
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** Ends it in order. */
  end(): void {
    if (this.#child.connected) this.#child.disconnect();
  }
}

/** Always one more than is used, so that nobody waits for Node. */
export class ClientPool {
  readonly #folder: string;
  #spare: Client[] = [];

  constructor(folder: string) {
    this.#folder = folder;
    this.#spare.push(new Client(folder), new Client(folder));
  }

  take(): Client {
    this.#spare = this.#spare.filter((client) => client.isAlive);
    const client = this.#spare.shift() ?? new Client(this.#folder);
    if (this.#spare.length === 0) this.#spare.push(new Client(this.#folder));
    return client;
  }

  /** One that lives goes on; what a fault did to it must not reach the next run. */
  giveBack(client: Client): void {
    if (client.isAlive) this.#spare.unshift(client);
  }

  end(): void {
    for (const client of this.#spare.splice(0)) client.end();
  }
}
