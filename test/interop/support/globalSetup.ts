// Which Tiled releases the suite meets: the pinned one, the newest, and an old one whose catalogs are upgraded.
// Where Python is missing all is skipped, with a sentence; COPYCAT_INTEROP=require makes that a failure, and so does
// COPYCAT_INTEROP=pinned, which leaves the newest release out: it takes half of the time.

import type { TestProject } from "vitest/node";
import { errorMessage } from "../../../src/errors.ts";
import {
  ensureTiled,
  missingPython,
  newestTiled,
  pinnedTiled,
  type TiledEnvironment,
} from "../../support/tiledEnvironment.ts";

/** Its catalogs lack webhooks, graph tables and two labels of the enum, and have int4 sizes. */
const oldTiled = "0.2.5";
const wish = process.env.COPYCAT_INTEROP;
const isRequired = wish === "require" || wish === "pinned";

export interface TiledReleases {
  /** Why there is none. */
  skipped: string | null;
  /** The pinned one and, when it is another, the newest. */
  current: TiledEnvironment[];
  old: TiledEnvironment | null;
}

declare module "vitest" {
  export interface ProvidedContext {
    tiled: TiledReleases;
  }
}

export async function setup(project: TestProject): Promise<void> {
  const releases = await findReleases();
  project.provide("tiled", releases);
}

async function findReleases(): Promise<TiledReleases> {
  try {
    const missing = await missingPython();
    if (missing !== null) throw new Error(missing);
    const which = wish === "pinned" ? pinnedTiled : `${pinnedTiled} and its newest release`;
    say(`Tiled ${which}, in virtual environments below test/interop/.cache`);
    const pinned = await ensureTiled(pinnedTiled);
    const newest = wish === "pinned" ? pinnedTiled : await findNewest(pinned);
    const current = newest === pinnedTiled ? [pinned] : [pinned, await ensureTiled(newest)];
    return { skipped: null, current, old: await ensureTiled(oldTiled, "server") };
  } catch (error) {
    if (isRequired) throw error;
    const skipped = `The tests with a stock Tiled are skipped: ${errorMessage(error)}. COPYCAT_INTEROP=require makes this a failure.`;
    say(skipped);
    return { skipped, current: [], old: null };
  }
}

async function findNewest(pinned: TiledEnvironment): Promise<string> {
  try {
    const newest = await newestTiled(pinned);
    say(newest === pinnedTiled ? "that is the newest release: one run" : `the newest is ${newest}: two runs`);
    return newest;
  } catch (error) {
    if (isRequired) throw error;
    say(`the newest release is not known, so it is left out: ${errorMessage(error)}`);
    return pinnedTiled;
  }
}

function say(text: string): void {
  process.stderr.write(`interop: ${text}\n`);
}
