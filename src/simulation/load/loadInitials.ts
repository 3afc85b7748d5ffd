// Initial datasets of an input into a store, each in a transaction of its own.

import type { MergePolicy } from "../../bulk/index.ts";
import { CopycatError } from "../../errors.ts";
import { RefusedPart } from "../formats/index.ts";
import type { SimulationStore } from "../store/index.ts";
import type { InitialDataset } from "../types.ts";
import { type LoadCounts, noCounts } from "./counts.ts";
import type { LoadInput } from "./input.ts";
import type { LoadJob } from "./loadJob.ts";

/** @throws CopycatError CONFLICT under the policy `error`, and those of the store */
export async function loadInitials(
  store: SimulationStore,
  input: LoadInput,
  { job, policy, onNotice }: { job: LoadJob; policy: MergePolicy; onNotice: (message: string) => void },
): Promise<LoadCounts> {
  const counts = noCounts();
  const datasets = await store.listDatasets();
  const present = new Set(datasets.filter(({ hasInitial }) => hasInitial).map(({ name }) => name));
  for (const name of await input.listInitials()) {
    job.refuseWhenAborted();
    counts.read += 1;
    if (policy === "skip" && present.has(name)) counts.skipped += 1;
    else {
      await loadInitial(store, input, { job, policy, name, counts, onNotice });
    }
    job.advance();
  }
  return counts;
}

async function loadInitial(
  store: SimulationStore,
  input: LoadInput,
  {
    job,
    policy,
    name,
    counts,
    onNotice,
  }: {
    job: LoadJob;
    policy: MergePolicy;
    name: string;
    counts: LoadCounts;
    onNotice: (message: string) => void;
  },
): Promise<void> {
  const initial = await input.tryInitial(name);
  if (initial === null || initial instanceof RefusedPart) {
    counts.rejected += 1;
    if (initial !== null) await job.refuse(initial);
    return;
  }
  try {
    const outcome = await store.storeInitialDataset(initial, { policy, onNotice });
    counts[outcome] += 1;
    if (outcome === "inserted" || outcome === "updated") addSent(counts, initial);
  } catch (error) {
    if (!(error instanceof CopycatError) || error.code !== "INVALID_INPUT") throw error;
    const position = `initial dataset ${JSON.stringify(name)}`;
    const message = `${position}: ${error.message}`;
    counts.rejected += 1;
    await job.refuse({ source: input.name, position, code: "invalid_initial", message, record: null });
  }
}

function addSent(counts: LoadCounts, { data }: InitialDataset): void {
  counts.initialDatasets += 1;
  for (const arrays of data?.values() ?? []) counts.arrays += arrays.size;
}
