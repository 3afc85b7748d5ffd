// The connection that keeps other scans away breaks in the middle of a scan.

import { setTimeout } from "node:timers/promises";
import { expect, it } from "vitest";
import { scanLibrary } from "../../../src/library/scan/index.ts";
import { useDatabase } from "../../support/database.ts";
import { useFolder } from "../../support/files.ts";
import { mp3 } from "../support/audio.ts";
import { countsOf, makeTestLibrary } from "./support.ts";

const database = useDatabase({ empty: true });
const folder = useFolder();

async function make() {
  const made = await makeTestLibrary(database, folder);
  made.write("one.mp3", mp3({ artist: "A", title: "One" }, { seed: 1 }));
  made.write("bad.mp3", "no audio");
  return made;
}

/** Connections with a lock that is held beyond a transaction; they are ended. */
const breakLocks = () =>
  database.rows(
    `select pg_terminate_backend(pid, 5000) from pg_locks
      where locktype = 'advisory' and classid = 1280000001 and granted
        and database = (select oid from pg_database where datname = current_database())`,
  );

it("the scan ends before it writes, and says what to do", async () => {
  const { library } = await make();
  const scan = scanLibrary(library, { onReject: async () => void (await breakLocks()) });
  await expect(scan).rejects.toMatchObject({
    code: "CONNECTION",
    message: expect.stringContaining("run the same command again"),
  });
  expect(await library.countFiles()).toBe(0);
  expect(countsOf(await scanLibrary(library))).toEqual({ read: 2, inserted: 1, rejected: 1 });
});

it("also when another scan has the lock now, or had it", async () => {
  const { library, states } = await make();
  let last: Promise<void> | undefined;
  const first = scanLibrary(library, {
    onReject: async () => {
      await breakLocks();
      expect(countsOf(await scanLibrary(library))).toMatchObject({ inserted: 1 });
      last = library.withScanLock(() => setTimeout(500));
    },
  });
  await expect(first).rejects.toMatchObject({ code: "CONNECTION" });
  await last;
  expect(await states()).toEqual({ "one.mp3": "active" });
});

it("a scan that begins waits for one that was writing when its lock was lost", async () => {
  const { library, ids } = await make();
  await scanLibrary(library);
  const verified = Object.values(await ids());
  await database.rows("update library.file set last_verified = null");
  const unverifiedSql = "select count(*)::int from library.file where id = any($1) and last_verified is null";
  const unverified = () => database.value<number>(unverifiedSql, [verified]);
  const client = await database.database.pool.connect();
  await client.query("begin");
  await client.query("select from library.file where id = any($1) for update", [verified]);
  const first = library.withScanLock(() => library.applyScan({ verified }));
  await waitForWriter();
  await breakLocks();
  const seen: number[] = [];
  const second = library.withScanLock(async () => seen.push(await unverified()));
  await setTimeout(300);
  expect(seen).toEqual([]);
  await client.query("commit");
  client.release();
  await Promise.all([first, second]);
  expect(seen).toEqual([0]);
});

/** One that waits for the rows: it has looked at its lock. Other tests of this server have databases of their own. */
async function waitForWriter(): Promise<void> {
  const text = `select count(*)::int from pg_locks waiting join pg_locks writing using (pid)
     where not waiting.granted and writing.locktype = 'advisory' and writing.classid = 1280000002 and writing.granted
       and writing.database = (select oid from pg_database where datname = current_database())`;
  while ((await database.value<number>(text)) === 0) await setTimeout(20);
}
