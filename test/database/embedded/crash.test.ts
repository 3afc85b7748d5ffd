import { once } from "node:events";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startEmbedded, statusEmbedded, stopEmbedded } from "../../../src/database/embedded/index.ts";
import { findPostmaster } from "../../../src/database/embedded/postmaster.ts";
import { newFolder, query, start, startElsewhere, until } from "./support.ts";

describe("embedded server after kill -9", { timeout: 60_000 }, () => {
  test("of the server: it starts again, and what was committed is there", async () => {
    const folder = await newFolder();
    // Durable: with synchronous_commit off the last commits may be gone.
    const killed = await startEmbedded({ folder });
    await query(killed.dsn, "create table kept as select 42 as answer");
    process.kill(killed.pid, "SIGKILL");
    await until(async () => (await statusEmbedded({ folder })).state === "stopped");
    const again = await start(folder);
    expect(again).toMatchObject({ started: true, dsn: killed.dsn });
    expect(again.pid).not.toBe(killed.pid);
    expect(await query(again.dsn, "select answer from kept")).toEqual([{ answer: 42 }]);
  });

  test("of the server alone, while one of its processes is busy", async () => {
    const folder = await newFolder();
    const { dsn, pid } = await start(folder);
    const busy = query(dsn, "select count(*) from generate_series(1, 1e9::bigint)");
    const ended = expect(busy).rejects.toThrow();
    await until(async () => {
      const rows = await query(
        dsn,
        "select from pg_stat_activity where state = 'active' and query like '%1e9%'",
      );
      return rows.length > 1;
    });
    process.kill(pid, "SIGKILL");
    expect((await start(folder)).started).toBe(true);
    await ended;
  });

  test("and a restart of the machine: another program now has the id in postmaster.pid", async () => {
    const folder = await newFolder();
    const { dataFolder } = await start(folder);
    const pidFile = join(dataFolder, "postmaster.pid");
    const lines = (await readFile(pidFile, "utf8")).split("\n");
    await stopEmbedded({ folder });
    await writeFile(pidFile, [process.pid, ...lines.slice(1)].join("\n"));
    expect(await statusEmbedded({ folder })).toMatchObject({ state: "stopped" });
    expect(await stopEmbedded({ folder })).toEqual({ wasRunning: false });
    expect((await start(folder)).started).toBe(true);
  });

  test("of the command, during initdb: the next one begins anew and sweeps up", async () => {
    const folder = await newFolder();
    const command = startElsewhere(folder);
    const unfinished = async () => {
      const names = await readdir(folder).catch(() => []);
      return names.filter((name) => name.startsWith("copycat-initdb-") || name.startsWith("lock-"));
    };
    await until(async () => (await unfinished()).some((name) => name.startsWith("copycat-initdb-")));
    command.kill("SIGKILL");
    await once(command, "exit");
    expect(await unfinished()).toHaveLength(2);
    const { dsn } = await start(folder);
    expect(await unfinished()).toEqual([]);
    expect(await query(dsn, "select current_database() as name")).toEqual([{ name: "copycat" }]);
  });

  test("of the command, right after it started the server: the next one takes that server over", async () => {
    const folder = await newFolder();
    const { dataFolder, dsn } = await start(folder);
    await query(dsn.replace(/copycat$/, "postgres"), "drop database copycat with (force)");
    await stopEmbedded({ folder });
    const command = startElsewhere(folder);
    await until(async () => (await findPostmaster(dataFolder)) !== undefined);
    command.kill("SIGKILL");
    const { pid } = (await findPostmaster(dataFolder)) ?? { pid: 0 };
    expect(await start(folder)).toMatchObject({ started: false, pid });
  });

  test("leaves no lock: that of a dead process, or of an earlier one with the same id, counts for nothing", async () => {
    const folder = await newFolder();
    await mkdir(folder);
    await writeFile(join(folder, "lock-4194305-1x0-00000000"), "");
    await writeFile(join(folder, `lock-${process.pid}-1x0-00000000`), "");
    await start(folder);
    expect((await readdir(folder)).filter((name) => name.startsWith("lock-"))).toEqual([]);
    await rm(join(folder, "port"));
  });
});
