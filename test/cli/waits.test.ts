// A command that another program keeps waiting says for whom, and goes on afterwards.

import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { ensureEngineTables } from "../../src/database/index.ts";
import { startCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";

const db = useDatabase();
const files = useFolder();
const vdp = fileURLToPath(new URL("../../examples/vdp.yaml", import.meta.url));

beforeAll(async () => {
  await ensureEngineTables(db.database);
});

/** Runs the command while another connection holds the lock, until its sentence was seen. */
async function meanwhile(lock: string, args: readonly string[]) {
  const holder = await db.database.pool.connect();
  try {
    await holder.query(`begin; set local application_name = 'nightly job'; ${lock}`);
    const { rows } = await holder.query<{ pid: number }>("select pg_backend_pid() as pid");
    const cli = startCli([...args, "--dsn", db.dsn], { cwd: files.root });
    await cli.sees("Waiting");
    await holder.query("rollback");
    return { ...(await cli.ended), pid: rows[0]?.pid };
  } finally {
    holder.release(true);
  }
}

test.each([
  ["a search", "lock table public.nodes in access exclusive mode", ["search", "--count"]],
  ["an ingest", "lock table copycat.run in access exclusive mode", ["ingest", vdp]],
  ["migrate up", "lock table copycat.migration in access exclusive mode", ["migrate", "up"]],
])("%s", async (_, lock, args) => {
  const { code, stderr, pid } = await meanwhile(lock, args);
  expect(stderr).toMatch(
    new RegExp(`^Waiting for another program \\(pid ${pid}, nightly job, for \\d+ s\\)\\.$`, "m"),
  );
  expect(stderr.match(/Waiting/g)).toHaveLength(1);
  expect(code).toBe(0);
});

test("nothing is said with --quiet, which waits all the same", async () => {
  const holder = await db.database.pool.connect();
  await holder.query("begin; lock table public.nodes in access exclusive mode");
  const cli = startCli(["search", "--count", "--quiet", "--dsn", db.dsn], { cwd: files.root });
  // Longer than the interval at which it is looked.
  await expect
    .poll(
      () =>
        db.value(
          "select count(*)::int from pg_stat_activity where wait_event_type = 'Lock' and state_change < now() - interval '3 s'",
        ),
      { timeout: 30_000 },
    )
    .toBe(1);
  await holder.query("rollback");
  holder.release();
  expect(await cli.ended).toMatchObject({ code: 0, stderr: "" });
});
