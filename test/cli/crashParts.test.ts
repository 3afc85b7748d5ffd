// An ingest that commits in parts is killed again and again: what was committed stays, and in the end it is all there, once.

import { beforeAll, describe, expect, it } from "vitest";
import { verifyCatalog } from "../../src/catalog/index.ts";
import { ingest, writeExample } from "../../src/ingest/index.ts";
import { contentsOf } from "../ingest/contents.ts";
import { runCli, startCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";

const database = useDatabase();
const clean = useDatabase();
const folder = useFolder();

const kills = 20;

let yaml: string;

beforeAll(async () => {
  ({ yaml } = await writeExample(folder.path("example"), {
    entities: 400,
    layout: "per_entity",
    small: true,
  }));
  await ingest(clean.database, { inputs: [yaml] });
});

/** The run that has not ended; null before the first, and when all is in. */
async function openRun(): Promise<string | null> {
  const [table] = await database.rows<{ present: boolean }>(
    "select to_regclass('copycat.run') is not null as present",
  );
  if (table?.present !== true) return null;
  return database.value<string | null>(
    "select max(id::text) from copycat.run where status in ('running', 'failed')",
  );
}

async function nextArguments(): Promise<string[]> {
  const run = await openRun();
  const what = run === null ? [yaml, "--commit-every", "100"] : ["--resume", run];
  return ["ingest", ...what, "--dsn", database.dsn, "--workers", "1", "--json"];
}

describe("kill -9 at 20 moments of an ingest with --commit-every", () => {
  it("loses nothing that was committed, doubles nothing, and ends as a clean load", async () => {
    let most = 0;
    for (let kill = 0; kill < kills; kill++) {
      const run = startCli(await nextArguments(), { cwd: folder.root });
      // A start takes up to a second; what comes after it is what is to be met.
      const moment = setTimeout(() => run.child.kill("SIGKILL"), 600 + Math.random() * 1500);
      const { signal, code, stderr } = await run.ended;
      clearTimeout(moment);
      if (signal === null) expect({ code, stderr }).toMatchObject({ code: 0 });
      const nodes = await database.value<number>("select count(*)::int from nodes");
      expect(nodes).toBeGreaterThanOrEqual(most);
      most = nodes;
    }
    // The last process may still hold its lock for a moment.
    await expect
      .poll(async () => (await runCli(await nextArguments(), { cwd: folder.root })).code, { timeout: 60_000 })
      .toBe(0);
    const { ok, checks } = await verifyCatalog(database.database);
    expect(checks.filter((check) => !check.ok)).toEqual([]);
    expect(ok).toBe(true);
    expect(await contentsOf(database)).toEqual(await contentsOf(clean));
    const again = await ingest(database.database, { inputs: [yaml] });
    expect(again.nodes).toMatchObject({ inserted: 0, updated: 0, skipped: 0 });
  }, 300_000);
});
