// Rounds: each side once, in processes of their own, in an order that turns.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { rotate } from "../support/statistics.ts";
import type { ColdTask, WarmTask, Work, WorkName } from "./tasks.ts";

const execute = promisify(execFile);

/** Milliseconds by what was done. */
export type Times = Record<string, number>;

export interface ReadRound {
  round: number;
  ours: Times;
  /** Null without h5py. */
  h5py: Times | null;
}

export interface RoundOptions {
  dsn: string;
  works: Record<WorkName, Work>;
  /** The compiled library. */
  built: string;
  python: string | undefined;
  rounds: number;
}

/** Enough for V8 to have compiled what runs often; the first time of each is told as well. */
export const warmUps = 50;
export const repetitions = 50;

export async function runReadRounds(options: RoundOptions): Promise<ReadRound[]> {
  const { python, rounds } = options;
  const sides = python === undefined ? (["ours"] as const) : (["ours", "h5py"] as const);
  const done: ReadRound[] = [];
  for (let round = 0; round < rounds; round++) {
    const times: Partial<Record<"ours" | "h5py", Times>> = {};
    for (const side of rotate(sides, round)) times[side] = await runSide(side, options);
    done.push({ round: round + 1, ours: times.ours ?? {}, h5py: times.h5py ?? null });
    console.log(`round ${round + 1}: ${JSON.stringify(times)}`);
  }
  return done;
}

async function runSide(side: "ours" | "h5py", options: RoundOptions): Promise<Times> {
  const { dsn, works } = options;
  const { path = "", dataset, files, sum } = works.single;
  const [file = ""] = files;
  const cold: ColdTask = { kind: "cold", dsn, path, file, dataset, sum, isKnown: true };
  const times: Times = {};
  await dropFromCache(file);
  Object.assign(times, prefixed("cold", await runTask(side, cold, options)));
  Object.assign(times, prefixed("new process", await runTask(side, cold, options)));
  const asking = await runTask(side, { ...cold, isKnown: false }, options);
  Object.assign(times, prefixed("new process, asking", asking));
  const warm: WarmTask = {
    kind: "warm",
    dsn,
    works: side === "ours" ? works : h5pyWorks(works),
    warmUps,
    repetitions,
  };
  return { ...times, ...(await runTask(side, warm, options)) };
}

/** As `Work`, but for h5py a container is a request to ask the catalog; files known are a work of their own. */
function h5pyWorks(works: Record<WorkName, Work>): Record<string, Work> {
  return Object.fromEntries(
    Object.entries(works).flatMap(([name, { container, artifact, ...known }]): [string, Work][] => {
      if (container === undefined || artifact === undefined) return [[`${name} known`, known]];
      return [
        [name, { ...known, container, artifact }],
        [`${name} known`, known],
      ];
    }),
  );
}

async function runTask(
  side: "ours" | "h5py",
  task: ColdTask | WarmTask,
  { built, python }: RoundOptions,
): Promise<Times> {
  const text = JSON.stringify(task);
  const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
  const [program, args] =
    side === "ours"
      ? [process.execPath, [script("child.mjs"), built, text]]
      : [python ?? "", [script("peer.py"), text]];
  const start = performance.now();
  const { stdout } = await execute(program, args, { maxBuffer: 2 ** 24 });
  const processMs = performance.now() - start;
  const times = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Times;
  return task.kind === "cold" ? { ...times, process: processMs } : times;
}

function prefixed(prefix: string, times: Times): Times {
  return Object.fromEntries(Object.entries(times).map(([name, value]) => [`${prefix}: ${name}`, value]));
}

/** As GNU dd documents it; where there is none, "cold" is a new process only. */
async function dropFromCache(file: string): Promise<void> {
  await execute("sync").catch(() => undefined);
  await execute("dd", [`if=${file}`, "iflag=nocache", "count=0", "of=/dev/null"]).catch(() => undefined);
}
