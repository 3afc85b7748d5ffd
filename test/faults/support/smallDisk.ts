// File systems that get full: some megabytes of memory, as a tablespace of the server and as the place of its log. Needs root,
// and the right to mount.

import { execFileSync } from "node:child_process";
import {
  chownSync,
  cpSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statfsSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import pg from "pg";
import type { FaultServer } from "./server.ts";

export interface SmallDisks {
  /** Of databases in the tablespace `small`. */
  data: SmallDisk;
  /** Of the server's write-ahead log. */
  log: SmallDisk;
}

export const tablespace = "small";

/** Null, and why, where none can be had. The server is started anew on them. */
export async function mountDisks(server: FaultServer): Promise<{ disks: SmallDisks | null; why: string }> {
  let data: SmallDisk;
  let log: SmallDisk;
  try {
    data = SmallDisk.mount(join(server.folder, "small-data"), "96m");
    log = SmallDisk.mount(join(server.folder, "small-log"), "512m");
  } catch (error) {
    return { disks: null, why: `no file system of its own can be mounted here (${firstLine(error)})` };
  }
  const { uid, gid } = statSync(join(server.folder, "postgres"));
  for (const { folder } of [data, log]) chownSync(folder, uid, gid);
  const space = join(data.folder, "data");
  mkdirSync(space);
  chownSync(space, uid, gid);
  await server.ask("postgres", `create tablespace ${tablespace} location '${space}'`);
  await server.end("SIGINT");
  const [from, to] = [join(server.folder, "postgres", "pg_wal"), join(log.folder, "pg_wal")];
  cpSync(from, to, { recursive: true });
  execFileSync("chown", ["-R", `${uid}:${gid}`, to]);
  rmSync(from, { recursive: true });
  symlinkSync(to, from);
  await server.ensureRunning();
  return { disks: { data, log }, why: "" };
}

export class SmallDisk {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static mount(folder: string, size: string): SmallDisk {
    mkdirSync(folder);
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder], { stdio: "pipe" });
    return new SmallDisk(folder);
  }

  /** Fills it but for so many bytes. */
  leave(freeBytes: number): void {
    const { bavail, bsize } = statfsSync(this.folder);
    const bytes = Math.max(0, bavail * bsize - freeBytes);
    writeFileSync(join(this.folder, "ballast"), Buffer.alloc(bytes));
  }

  clear(): void {
    rmSync(join(this.folder, "ballast"), { force: true });
  }

  unmount(): void {
    execFileSync("umount", ["-l", this.folder]);
  }
}

/** Fills the disk of the log, and uses up the segments that the server has in stock but for one. */
export async function fillLog(server: FaultServer, log: SmallDisk): Promise<void> {
  log.leave(0);
  for (let segment = 0; segment < 60; segment++) {
    const [row] = await server.ask<{ current: string }>(
      "postgres",
      "select pg_walfile_name(pg_current_wal_insert_lsn()) as current",
    );
    const names = readdirSync(join(log.folder, "pg_wal")).filter((name) => /^[0-9A-F]{24}$/.test(name));
    if (names.filter((name) => name > (row?.current ?? "")).length <= 1) return;
    await server.ask("postgres", nextSegmentSql);
  }
}

const nextSegmentSql = "select pg_logical_emit_message(false, 'fault', 'x'), pg_switch_wal()";

/** Writes log until there is no room for more: the server panics then, and does not come back by itself. */
export async function useUpLog(server: FaultServer): Promise<void> {
  const client = new pg.Client({ connectionString: server.dsn("postgres"), application_name: "fault suite" });
  client.on("error", () => undefined);
  try {
    await client.connect();
    for (let segment = 0; segment < 60; segment++) {
      await client.query(nextSegmentSql);
    }
  } catch {
    // As it was meant to.
  } finally {
    await client.end().catch(() => undefined);
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}
