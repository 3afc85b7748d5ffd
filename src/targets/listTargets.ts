// What each target is, and which datasets lie there, whatever the file says.

import { countDatasets, readCatalogState } from "../catalog/index.ts";
import { describeDsn, inspectServer } from "../database/index.ts";
import { errorMessage } from "../errors.ts";
import { closeTargets, openTargets } from "./openTargets.ts";
import { findTargetOf } from "./route.ts";
import type { OpenedTarget, Targets } from "./types.ts";

export interface ListedTarget {
  name: string;
  /** Its connection string without the password. */
  server: string;
  /** Keys and patterns that go to it. */
  routes: readonly string[];
  isDefault: boolean;
  /** Of PostgreSQL; null when it does not answer. */
  version: string | null;
  datasets: ListedDataset[];
  /** Why it does not answer, or its datasets cannot be listed. */
  error: string | null;
}

export interface ListedDataset {
  key: string;
  /** Below it. */
  nodes: number;
  /** The target to which new data of it goes by the file; null when to none. */
  goesTo: string | null;
  /** Other targets that have it as well. */
  alsoAt: string[];
}

const timeoutMs = 30_000;

/** All targets in the order of the file; those that do not answer with why. */
export async function listTargets(targets: Targets): Promise<ListedTarget[]> {
  const opened = await openTargets(targets, { applicationName: "copycat:targets" });
  try {
    const listed = await Promise.all(opened.map((one) => describe(targets, one)));
    for (const { name, datasets } of listed) {
      for (const dataset of datasets) {
        dataset.alsoAt = listed
          .filter((other) => other.name !== name && other.datasets.some(({ key }) => key === dataset.key))
          .map((other) => other.name);
      }
    }
    return listed;
  } finally {
    await closeTargets(opened);
  }
}

async function describe(targets: Targets, { target, database, error }: OpenedTarget): Promise<ListedTarget> {
  const { name, dsn, datasets: routes, isDefault } = target;
  const facts = { name, server: describeDsn(dsn), routes, isDefault };
  if (database === null) return { ...facts, version: null, datasets: [], error: errorMessage(error) };
  try {
    const { version } = await inspectServer(database);
    const state = await readCatalogState(database);
    if (state.kind === "foreign") return { ...facts, version, datasets: [], error: state.reason };
    const counts = state.kind === "ready" ? await countDatasets(database, { timeoutMs }) : [];
    const datasets = counts.map((count) => ({
      ...count,
      goesTo: findTargetOf(targets, count.key)?.name ?? null,
      alsoAt: [],
    }));
    return { ...facts, version, datasets, error: null };
  } catch (thrown) {
    return { ...facts, version: null, datasets: [], error: errorMessage(thrown) };
  }
}
