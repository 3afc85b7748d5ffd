// The ways that are measured against each other, each with the catalog that it loads into.

import type pg from "pg";
import type { LoadReport } from "../../src/catalog/index.ts";
import type { Catalog } from "./catalogs.ts";
import { guardTrigger, loadAndSwap, loadGuarded, loadThroughTrigger, unguardTrigger } from "./peers.ts";
import { type Batches, loadBatches } from "./records.ts";
import { encodeBatches } from "./staging.ts";

export type Target = "empty" | "base" | "swapped";

export interface Way {
  label: string;
  /** `swapped` is a copy of the base of its own: a closure just built is another one to load into. */
  into: Target;
  /** What is made before the clock starts; gives the measured part, and what is undone after it. */
  prepare(catalog: Catalog, client: pg.Client, batches: Batches): Promise<Prepared>;
}

export interface Prepared {
  load: () => Promise<LoadReport | null>;
  restore?: () => Promise<void>;
}

export const wayNames = ["empty", "auto", "disable", "replica", "trigger", "guarded", "swapped"] as const;
export type WayName = (typeof wayNames)[number];

function online(triggers: "auto" | "disable" | "replica"): Way {
  return {
    label: `copycat online, triggers ${triggers}`,
    into: "base",
    prepare: async (catalog, _client, batches) => ({
      load: () => loadBatches(catalog, batches, { mode: "online", triggers }),
    }),
  };
}

type PeerLoader = (load: { client: pg.Client; chunks: readonly Buffer[] }) => Promise<void>;

function peer(label: string, into: Target, loader: PeerLoader): Way {
  return {
    label,
    into,
    prepare: async (_catalog, client, batches) => {
      const chunks = encodeBatches(batches);
      return {
        load: async () => {
          await loader({ client, chunks });
          return null;
        },
      };
    },
  };
}

const guarded: Way = {
  label: "SQL, trigger guarded by a setting",
  into: "base",
  prepare: async (catalog, client, batches) => {
    const prepared = await peer("", "base", loadGuarded).prepare(catalog, client, batches);
    await guardTrigger(client);
    return { ...prepared, restore: () => unguardTrigger(client) };
  },
};

export const ways: Record<WayName, Way> = {
  empty: {
    label: "copycat into an empty catalog",
    into: "empty",
    prepare: async (catalog, _client, batches) => ({
      load: () => loadBatches(catalog, batches, { mode: "auto" }),
    }),
  },
  auto: online("auto"),
  disable: online("disable"),
  replica: online("replica"),
  trigger: peer("SQL, trigger left on", "base", loadThroughTrigger),
  guarded,
  swapped: peer("SQL, closure rebuilt aside and swapped", "swapped", loadAndSwap),
};
