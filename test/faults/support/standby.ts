// A standby beside its primary, of whatever PostgreSQL the machine has: loads are refused there, and reads work.

import { execFileSync } from "node:child_process";
import { appendFileSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { choosePort } from "../../../src/database/embedded/port.ts";
import { findSystemUser, isRoot } from "../../../src/database/embedded/systemUser.ts";
import type { CampaignOptions } from "./campaign.ts";
import { ClientPool } from "./client.ts";
import type { Inputs } from "./inputs.ts";
import { type KnownJob, learnJob, makeJobs } from "./jobs.ts";
import { lastWords } from "./judge.ts";
import { type Asked, askServer } from "./server.ts";
import { judge, runAgain, type Verdict } from "./strike.ts";

export const standbyKind = "read-only standby";
const programsRoot = "/usr/lib/postgresql";

/** Each job once; no verdicts, and why, where no standby can be made. */
export async function runStandby(
  inputs: Inputs,
  folder: string,
  options: CampaignOptions,
): Promise<{ verdicts: Verdict[]; why: string }> {
  const jobs = makeJobs(inputs);
  const only = options.only ?? "";
  if (options.faults < jobs.length * 2 && !standbyKind.includes(only || " "))
    return { verdicts: [], why: "too few faults" };
  if (only !== "" && !standbyKind.includes(only)) return { verdicts: [], why: "not asked for" };
  const programs = findPrograms();
  if (programs === null) return { verdicts: [], why: `no pg_basebackup below ${programsRoot}` };
  const pool = new ClientPool(folder);
  const pair = await StandbyPair.start(programs);
  try {
    const verdicts: Verdict[] = [];
    for (const [index, job] of jobs.entries()) {
      const known = await learnJob(pair.primary, pool, job, index);
      verdicts.push(await meetStandby(pair, pool, { index, job: known }));
      options.onVerdict?.(verdicts.at(-1) as Verdict);
    }
    return { verdicts, why: "" };
  } finally {
    pool.end();
    pair.remove();
  }
}

async function meetStandby(
  { primary, standby }: StandbyPair,
  pool: ClientPool,
  { index, job }: { index: number; job: KnownJob },
): Promise<Verdict> {
  const database = `fault_${index}`;
  await primary.ask("postgres", `create database ${database} template ${job.template}`);
  await waitForReplay(primary, standby);
  const run = async (args: readonly string[]) => {
    const client = pool.take();
    const outcome = await client.run([...args, "--dsn", standby.dsn(database)]);
    pool.giveBack(client);
    return outcome;
  };
  const outcome = await run(job.args);
  const { place, problems } = await judge(primary, { index, kind: standbyKind, job }, outcome);
  if (outcome.code !== 1) problems.push(`a standby took a load: exit code ${outcome.code}`);
  if (!/connect to the primary/.test(outcome.stderr)) problems.push("does not say that it is a standby");
  for (const args of readsOf(job)) {
    const { code, stderr } = await run(args);
    if (code !== 0) problems.push(`${args.join(" ")} on the standby: ${stderr}`);
  }
  problems.push(...(await runAgain(primary, pool, { index, job })));
  const words = lastWords(outcome);
  return { index, kind: standbyKind, job: job.name, details: "", place, outcome, words, problems };
}

/** What only looks. */
function readsOf({ store, before }: KnownJob): string[][] {
  if (before.length === 0) return [];
  if (store === "catalog") return [["verify"], ["search", "--count"], ["runs"]];
  return store === "memory" ? [["memory", "count"]] : [];
}

async function waitForReplay(primary: Asked, standby: Asked): Promise<void> {
  const [row] = await primary.ask<{ lsn: string }>("postgres", "select pg_current_wal_lsn()::text as lsn");
  for (;;) {
    const text = "select pg_last_wal_replay_lsn() >= $1::pg_lsn as is";
    const [replayed] = await standby.ask<{ is: boolean }>("postgres", text, [row?.lsn]);
    if (replayed?.is === true) return;
    await sleep(20);
  }
}

function findPrograms(): string | null {
  if (!existsSync(programsRoot)) return null;
  const folders = readdirSync(programsRoot).map((version) => join(programsRoot, version, "bin"));
  return folders.findLast((folder) => existsSync(join(folder, "pg_basebackup"))) ?? null;
}

class StandbyPair {
  readonly primary: Asked;
  readonly standby: Asked;
  readonly #remove: () => void;

  private constructor(primary: Asked, standby: Asked, remove: () => void) {
    this.primary = primary;
    this.standby = standby;
    this.#remove = remove;
  }

  static async start(programs: string): Promise<StandbyPair> {
    const user = isRoot() ? await findSystemUser(undefined) : undefined;
    const root = mkdtempSync(join(tmpdir(), "copycat-standby-"));
    if (user !== undefined) chownSync(root, user.uid, user.gid);
    const as = user === undefined ? {} : { uid: user.uid, gid: user.gid };
    const run = (program: string, ...args: string[]): void => {
      execFileSync(join(programs, program), args, {
        ...as,
        cwd: root,
        stdio: "ignore",
        env: { LC_ALL: "C" },
      });
    };
    const [data, copy] = [join(root, "primary"), join(root, "standby")];
    run("initdb", "-D", data, "-U", "copycat", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync");
    appendFileSync(join(data, "postgresql.conf"), settings);
    const ports = [await choosePort(undefined), await choosePort(undefined)] as const;
    const start = (folder: string, port: number): void =>
      run(
        "pg_ctl",
        "start",
        "-w",
        "-D",
        folder,
        "-l",
        join(root, `${port}.log`),
        "-o",
        `-p ${port} -k ${root}`,
      );
    start(data, ports[0]);
    run(
      "pg_basebackup",
      "-D",
      copy,
      "-R",
      "-U",
      "copycat",
      "-h",
      "127.0.0.1",
      "-p",
      String(ports[0]),
      "-c",
      "fast",
    );
    start(copy, ports[1]);
    return new StandbyPair(asked(ports[0]), asked(ports[1]), () => {
      for (const folder of [copy, data]) run("pg_ctl", "stop", "-D", folder, "-m", "immediate");
      rmSync(root, { recursive: true, force: true });
    });
  }

  remove(): void {
    this.#remove();
  }
}

const settings = "\ntrack_commit_timestamp = on\nlisten_addresses = '127.0.0.1'\nfsync = off\n";

function asked(port: number): Asked {
  const dsn = (database = "postgres"): string => `postgresql://copycat@127.0.0.1:${port}/${database}`;
  return {
    dsn,
    ask: <Row extends pg.QueryResultRow>(database: string, text: string, values: unknown[] = []) =>
      askServer<Row>(dsn(database), text, values),
  };
}
