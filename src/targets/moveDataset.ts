// A dataset goes from one target to another: copied, compared, switched in the targets file, dropped where it was.

import { CopycatError } from "../errors.ts";
import { findPlaces, type Places } from "./findPlaces.ts";
import { refuseDistributed } from "./movable.ts";
import { takeMoveLocks } from "./moveLocks.ts";
import {
  copyHeld,
  type DatasetCopy,
  dropHeld,
  finishCopy,
  holdDataset,
  listDifferences,
} from "./moveSteps.ts";
import { closeTargets, openTargets } from "./openTargets.ts";
import { findTargetOf } from "./route.ts";
import { requireWritable, switchTarget } from "./switchTarget.ts";
import type { Targets } from "./types.ts";
import { listToMakeAgain, listWriters, refuseRunning } from "./whatElse.ts";

export interface MoveOptions {
  /** Name of the target where it is to be. */
  to: string;
  /** Only looks. */
  dryRun?: boolean;
  onNotice?: (message: string) => void;
  /** What is done now: copy, verify, switch, drop. */
  onPhase?: (phase: MovePhase) => void;
  /** A table has been copied. */
  onTable?: (table: string, rows: number) => void;
  signal?: AbortSignal;
}

export type MovePhase = "copy" | "verify" | "switch" | "drop";

export interface MoveReport {
  dataset: string;
  /** Where it was; null when it was there already. */
  from: string | null;
  to: string;
  /** `there`: it had come before, and is nowhere else; `would_move`: of a dry run. */
  status: "moved" | "there" | "would_move";
  /** False when a run before this one had copied it. */
  copied: boolean;
  /** The targets file was changed. */
  switched: boolean;
  /** The dataset itself included; 0 when it was there. */
  nodes: number;
  /** Rows by table. */
  tables: { table: string; rows: number }[];
  /** Commands that make what does not move: promoted keys, views. */
  again: string[];
  /** Who may go on to write it at the old place, and what to do. */
  warnings: string[];
  elapsedMs: number;
}

/**
 * Moves a dataset. Killed at any point it is whole at one of the two or at both, and the same call does the rest. Others
 * that write to the catalog it is in wait; readers go on.
 *
 * @throws CopycatError NOT_FOUND, USAGE, CONNECTION (see `findPlaces`); CONFLICT when an ingest fills it, or both places have
 * it and differ; CATALOG_VERSION, PERMISSION, DATABASE; CANCELLED
 *
 * @example
 * await moveDataset(await readTargets("targets.yaml"), "VDP", { to: "west" });
 */
export async function moveDataset(
  targets: Targets,
  dataset: string,
  options: MoveOptions,
): Promise<MoveReport> {
  const startMs = performance.now();
  requireName(dataset);
  const opened = await openTargets(targets, { applicationName: "copycat:targets" });
  try {
    const places = await findPlaces(opened, dataset, options.to);
    const { source, destination } = places;
    if (source !== null) await refuseDistributed(dataset, [source, destination]);
    const done = await moveFrom(targets, dataset, places, options);
    return { dataset, to: options.to, ...done, elapsedMs: Math.round(performance.now() - startMs) };
  } finally {
    await closeTargets(opened);
  }
}

/** The targets file would take it for a pattern, and send others after it. */
function requireName(dataset: string): void {
  if (!/[*?]/.test(dataset)) return;
  throw new CopycatError(
    "USAGE",
    `A targets file cannot name ${dataset} alone: * and ? make it a pattern. Nothing was changed.`,
  );
}

type Moved = Omit<MoveReport, "dataset" | "to" | "elapsedMs">;

async function moveFrom(
  targets: Targets,
  dataset: string,
  { source, destination, isThere }: Places,
  options: MoveOptions,
): Promise<Moved> {
  const { path } = targets;
  const isDry = options.dryRun === true;
  const isRouted = (): boolean => findTargetOf(targets, dataset)?.name === options.to;
  if (source === null) {
    const switched = isDry ? !isRouted() : await switchTarget(path, dataset, options.to);
    return {
      from: null,
      status: "there",
      copied: false,
      switched,
      nodes: 0,
      tables: [],
      again: [],
      warnings: [],
    };
  }
  if (!isDry) await requireWritable(path);
  const locks = await takeMoveLocks({ source, destination });
  try {
    await refuseRunning(source, dataset);
    const again = await listToMakeAgain({ source, destination }, dataset);
    const facts = { from: source.target.name, copied: !isThere, again };
    const moved = await holdDataset<Moved>(source, dataset, { ...options, isDry }, async (held) => {
      const report = { ...facts, nodes: held.nodes, tables: tablesOf(held) };
      if (isThere) {
        options.onPhase?.("verify");
        await requireEqual(held, destination, path);
      }
      if (isDry) return { ...report, status: "would_move", switched: !isRouted(), warnings: [] };
      if (!isThere) await copyHeld(held, destination, options);
      return { ...report, status: "moved", ...(await switchAndDrop(held, path, options)) };
    });
    if (!isThere && !isDry) await finishCopy(destination, moved.nodes, options);
    return moved;
  } finally {
    for (const lock of locks) await lock.release();
  }
}

/** The copy is committed: from here on new data goes there, and what is here goes. */
async function switchAndDrop(
  held: DatasetCopy,
  path: string,
  options: MoveOptions,
): Promise<Pick<MoveReport, "switched" | "warnings">> {
  options.onPhase?.("switch");
  const switched = await switchTarget(path, held.key, options.to);
  options.onPhase?.("drop");
  await dropHeld(held);
  return { switched, warnings: await listWriters(held) };
}

const tablesOf = ({ digests, files }: DatasetCopy): MoveReport["tables"] =>
  [...digests, files].map(({ table, rows }) => ({ table, rows }));

/** Both have it: from a move that was interrupted, or because somebody wrote there. */
async function requireEqual(
  held: DatasetCopy,
  destination: Places["destination"],
  path: string,
): Promise<void> {
  const differences = await listDifferences(held, destination);
  if (differences.length === 0) return;
  const [from, to] = [held.place.target.name, destination.target.name];
  throw new CopycatError(
    "CONFLICT",
    `${held.key} is at ${from} and at ${to}, and they differ: since it was copied, somebody wrote to one of them. Decide ` +
      `which one is to stay, delete the other one through Tiled (its client: tree[${JSON.stringify(held.key)}].delete(recursive=True)), ` +
      `and run the same command again; ${path} is not changed until then. Nothing was changed.`,
    { details: differences },
  );
}
