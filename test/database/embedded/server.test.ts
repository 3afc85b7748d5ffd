import { lstat, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startEmbedded, statusEmbedded, stopEmbedded } from "../../../src/database/embedded/index.ts";
import { isRoot, newFolder, query, start } from "./support.ts";

describe("embedded server", { timeout: 60_000 }, () => {
  test("starts once, stays, stops, and starts again at the same address with its data", async () => {
    const folder = await newFolder();
    expect(await statusEmbedded({ folder })).toEqual({ state: "absent" });
    expect(await stopEmbedded({ folder })).toEqual({ wasRunning: false });

    const first = await start(folder);
    expect(first.started).toBe(true);
    expect(first.dataFolder).toBe(join(folder, "postgres"));
    expect(await start(folder)).toEqual({ ...first, started: false });
    const { dsn, pid, port, dataFolder } = first;
    expect(await statusEmbedded({ folder })).toEqual({
      state: "running",
      version: "18",
      dsn,
      pid,
      port,
      dataFolder,
    });
    await query(dsn, "create table kept as select 42 as answer");

    expect(await stopEmbedded({ folder })).toEqual({ wasRunning: true });
    expect(await statusEmbedded({ folder })).toEqual({ state: "stopped", version: "18", dataFolder });

    const second = await start(folder);
    expect(second.dsn).toBe(dsn);
    expect(await query(second.dsn, "select answer from kept")).toEqual([{ answer: 42 }]);
  });

  test("lets nobody in without the password, and listens on the loopback interface only", async () => {
    const folder = await newFolder();
    const { dsn, dataFolder } = await start(folder);
    const wrong = new URL(dsn);
    wrong.password = "guessed";
    await expect(query(wrong.href, "select 1")).rejects.toMatchObject({ code: "28P01" });
    const [settings] = await query(
      dsn,
      `select current_setting('listen_addresses') as listen, current_setting('unix_socket_directories') as sockets,
         (select string_agg(distinct auth_method, ' ') from pg_hba_file_rules) as methods,
         (select rolpassword like 'SCRAM-SHA-256$%' from pg_authid where rolname = 'copycat') as scram`,
    );
    expect(settings).toEqual({ listen: "127.0.0.1", sockets: "", methods: "scram-sha-256", scram: true });
    expect(await readFile(join(dataFolder, "pg_hba.conf"), "utf8")).not.toMatch(/^[^#]*\btrust\b/m);
  });

  test("keeps its folder to itself and out of git", async () => {
    const folder = await newFolder();
    const { dsn, dataFolder } = await start(folder);
    const mode = async (path: string) => (await stat(path)).mode & 0o777;
    expect(await mode(folder)).toBe(isRoot ? 0o711 : 0o700);
    expect(await mode(join(folder, "password"))).toBe(0o600);
    expect(await mode(join(folder, "postgres.log"))).toBe(0o600);
    expect(await mode(dataFolder)).toBe(0o700);
    expect((await stat(join(folder, "password"))).uid).toBe(process.geteuid?.());
    expect(await readFile(join(folder, ".gitignore"), "utf8")).toBe("*\n");
    expect(await readFile(join(folder, "password"), "utf8")).toBe(`${new URL(dsn).password}\n`);
    expect(new URL(dsn).password.length).toBeGreaterThanOrEqual(32);
  });

  test("is UTF-8 with the builtin locale, durable by default, takes settings, and has the extensions", async () => {
    const folder = await newFolder();
    const { dsn } = await startEmbedded({ folder, settings: { work_mem: "5MB", jit: true } });
    const settings = await query(
      dsn,
      `select current_setting('fsync') as fsync, current_setting('work_mem') as work_mem, current_setting('jit') as jit,
         pg_encoding_to_char(encoding) as encoding, datlocprovider as provider, datlocale as locale
       from pg_database where datname = current_database()`,
    );
    expect(settings).toEqual([
      { fsync: "on", work_mem: "5MB", jit: "on", encoding: "UTF8", provider: "b", locale: "C.UTF-8" },
    ]);
    await query(dsn, "create extension btree_gin");
    await query(dsn, "create extension pg_trgm");
  });

  // An ordinary user cannot become another one: there is nothing to test for it.
  if (isRoot) {
    test("started by root, runs as another user, also below a folder closed to that user", async () => {
      const folder = await newFolder(0o700);
      const { dsn, pid, dataFolder } = await start(folder);
      expect(dataFolder).toMatch(/^\/var\/lib\/copycat\//);
      expect((await lstat(join(folder, "postgres"))).isSymbolicLink()).toBe(true);
      expect((await stat(`/proc/${pid}`)).uid).not.toBe(0);
      expect(await query(dsn, "select 1 as one")).toEqual([{ one: 1 }]);
      expect(await statusEmbedded({ folder })).toMatchObject({ state: "running", pid });
    });
  }
});
