// The configuration files in the data folder. All settings are in files, none on the server's command line,
// so that pg_ctl or a service manager would start the same server.

import { randomBytes } from "node:crypto";
import { open, rename, rm, statfs } from "node:fs/promises";
import { totalmem } from "node:os";
import { join } from "node:path";
import { loopback } from "./port.ts";
import type { SystemUser } from "./types.ts";

const settingsFile = "copycat.conf";

/** postgresql.conf: the place for settings of one's own, which stay. */
export const mainSettings = `# Settings below the include line win over copycat's, and are kept.
include '${settingsFile}'
`;

/** Password for everyone; the loopback interface is the only one it listens on. */
export const hostAccess = `# Written by copycat. No line may say "trust".
host all all ${loopback}/32 scram-sha-256
`;

export interface ServerSettings {
  port: number;
  durable: boolean;
  extra: Readonly<Record<string, string | number | boolean>>;
}

/** The text of copycat.conf. */
export async function settingsText(settings: ServerSettings): Promise<string> {
  const lines = Object.entries({
    listen_addresses: loopback,
    port: settings.port,
    // No socket: nothing that gets stale, no limit of 107 bytes on the folder's path.
    unix_socket_directories: "",
    ...(await memorySettings()),
    // Nobody replicates this server. `minimal` is as safe in a crash, and new indexes need no WAL.
    wal_level: "minimal",
    max_wal_senders: 0,
    max_logical_replication_workers: 0,
    // A bulk load would otherwise force a checkpoint every 1 GB.
    max_wal_size: "4GB",
    checkpoint_timeout: "15min",
    random_page_cost: 1.1,
    // Not "$user": the role is named as the schema of our own tables is, and what users make must not land there.
    search_path: "public",
    // Compiling costs more than it saves for queries of a few milliseconds, and needs LLVM.
    jit: false,
    // %e is the SQLSTATE, which start-up errors are told apart by.
    log_line_prefix: "%m [%p] %e ",
    log_checkpoints: false,
    // Statements hold data; the client gets the error anyway.
    log_min_error_statement: "panic",
    lc_messages: "C",
    // initdb would take it from the machine; for data that is looked at in several places UTC is no surprise.
    timezone: "UTC",
    log_timezone: "UTC",
    default_text_search_config: "pg_catalog.english",
    ...(settings.durable ? {} : { fsync: false, synchronous_commit: false, full_page_writes: false }),
    ...settings.extra,
  }).map(([name, value]) => `${name} = ${quote(value)}`);
  return `# Written by copycat at every start; changes here are lost.\n${lines.join("\n")}\n`;
}

/** A quarter of the memory up to 256 MB for shared buffers: the rest works better as the system's file cache. */
async function memorySettings(): Promise<Record<string, string>> {
  const megabytes = totalmem() / 2 ** 20;
  const between = (low: number, value: number, high: number) =>
    `${Math.round(Math.min(Math.max(value, low), high))}MB`;
  return {
    shared_buffers: between(32, megabytes / 4, 256),
    effective_cache_size: between(64, megabytes / 2, 65_536),
    maintenance_work_mem: between(32, megabytes / 16, 512),
    work_mem: between(4, megabytes / 128, 32),
    ...((await sharedMemoryIsSmall()) ? { dynamic_shared_memory_type: "mmap" } : {}),
  };
}

/** Docker gives /dev/shm 64 MB, where a parallel hash join or index build ends with 53100 (disk full). */
async function sharedMemoryIsSmall(): Promise<boolean> {
  if (process.platform !== "linux") return false;
  const shm = await statfs("/dev/shm").catch(() => undefined);
  return shm !== undefined && shm.blocks * shm.bsize < 256 * 2 ** 20;
}

function quote(value: string | number | boolean): string {
  if (typeof value === "number") return String(value);
  if (typeof value === "boolean") return value ? "on" : "off";
  return `'${value.replaceAll("'", "''")}'`;
}

/**
 * Writes a file into the data folder so that a reader sees the old or the new one, never half of it.
 * "wx" never follows a link: the folder may belong to another user than the one who writes.
 */
export async function writeDataFile(
  path: string,
  text: string,
  owner: SystemUser | undefined,
): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(text);
      if (owner !== undefined) await file.chown(owner.uid, owner.gid);
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Path of copycat.conf in a data folder. */
export function settingsPath(dataFolder: string): string {
  return join(dataFolder, settingsFile);
}
