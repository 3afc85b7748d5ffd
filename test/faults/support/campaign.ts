// Many faults, side by side on several servers, each planned from the seed and its number alone.

import { makeRandom } from "../../../src/ingest/example/random.ts";
import { ClientPool } from "./client.ts";
import type { Inputs } from "./inputs.ts";
import { type KnownJob, learnJob, makeJobs } from "./jobs.ts";
import { type Kind, kinds } from "./kinds.ts";
import { FaultServer } from "./server.ts";
import { mountDisks } from "./smallDisk.ts";
import { runStandby, standbyKind } from "./standby.ts";
import { type Lane, runFault, type Verdict } from "./strike.ts";

export interface CampaignOptions {
  seed: number;
  faults: number;
  lanes: number;
  /** Of kinds and jobs; empty: all. For looking at one closely. */
  only?: string;
  onVerdict?: (verdict: Verdict) => void;
}

export interface Campaign {
  verdicts: Verdict[];
  /** Kinds that this machine cannot make, and why. */
  missing: { kind: string; why: string }[];
  /** As the server calls itself. */
  serverVersion: string;
}

interface PreparedLane extends Lane {
  jobs: KnownJob[];
  why: string;
}

export async function runCampaign(
  inputs: Inputs,
  folder: string,
  options: CampaignOptions,
): Promise<Campaign> {
  const lanes: PreparedLane[] = [];
  try {
    for (let lane = 0; lane < options.lanes; lane++) lanes.push(await openLane(inputs, folder));
    const [first] = lanes;
    if (first === undefined) throw new Error("A campaign needs one lane at least.");
    const usable = kinds.filter(({ needs }) => needs === undefined || first.disks !== null);
    const missing = kinds
      .filter((kind) => !usable.includes(kind))
      .map(({ name }) => ({ kind: name, why: first.why }));
    const standby = await runStandby(inputs, folder, options);
    if (standby.why !== "") missing.push({ kind: standbyKind, why: standby.why });
    const verdicts = [...standby.verdicts];
    let next = verdicts.length;
    const work = async (lane: PreparedLane): Promise<void> => {
      for (let index = next++; index < options.faults; index = next++) {
        const verdict = await runFault(lane, plan(index, { options, usable, jobs: lane.jobs }));
        verdicts.push(verdict);
        options.onVerdict?.(verdict);
      }
    };
    await Promise.all(lanes.map(work));
    const [{ version } = { version: "" }] = await first.server.ask<{ version: string }>(
      "postgres",
      "select version()",
    );
    return { verdicts: verdicts.sort((a, b) => a.index - b.index), missing, serverVersion: version };
  } finally {
    for (const lane of lanes) await closeLane(lane);
  }
}

async function openLane(inputs: Inputs, folder: string): Promise<PreparedLane> {
  const server = await FaultServer.start();
  const pool = new ClientPool(folder);
  const { disks, why } = await mountDisks(server);
  const jobs: KnownJob[] = [];
  for (const [number, job] of makeJobs(inputs).entries())
    jobs.push(await learnJob(server, pool, job, number));
  return { server, pool, folder, disks, why, jobs };
}

async function closeLane({ server, pool, disks }: Lane): Promise<void> {
  pool.end();
  await server.ensureRunning();
  await server.end("SIGINT");
  for (const disk of disks === null ? [] : [disks.data, disks.log]) disk.unmount();
  await server.remove();
}

interface PlanFacts {
  options: CampaignOptions;
  usable: readonly Kind[];
  jobs: readonly KnownJob[];
}

function plan(index: number, { options, usable, jobs }: PlanFacts): Parameters<typeof runFault>[1] {
  const random = makeRandom(options.seed * 100_003 + index);
  // The first numbers of neighbouring seeds are alike.
  for (let turn = 0; turn < 4; turn++) random();
  const only = options.only ?? "";
  const kind = pickKind(named(usable, only), random);
  const fitting = named(jobs, only).filter((job) => kind.fits?.(job) ?? true);
  const job = fitting[Math.floor(random() * fitting.length)];
  if (job === undefined) throw new Error(`No job fits the fault "${kind.name}".`);
  return { index, kind, job, random };
}

/** Those whose name holds the text; all when none does. */
function named<Named extends { name: string }>(all: readonly Named[], text: string): readonly Named[] {
  const some = all.filter(({ name }) => name.includes(text));
  return some.length === 0 ? all : some;
}

function pickKind(usable: readonly Kind[], random: () => number): Kind {
  const whole = usable.reduce((sum, { weight }) => sum + weight, 0);
  let left = random() * whole;
  for (const kind of usable) {
    left -= kind.weight;
    if (left < 0) return kind;
  }
  throw new Error("Weights add up to their sum.");
}
