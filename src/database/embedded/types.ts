// What the embedded server is asked for, and what it answers.

import type { Log } from "../../log.ts";

/** The operating-system user that the server runs as, when that is not the user of this process. */
export interface SystemUser {
  name: string;
  uid: number;
  gid: number;
}

export interface EmbeddedOptions {
  /** Absolute path of the `.copycat` folder. */
  folder: string;
  log?: Log;
  signal?: AbortSignal;
}

export interface StartOptions extends EmbeddedOptions {
  /** `false` turns fsync off: for test suites, whose data nobody will miss. Default true. */
  durable?: boolean;
  /** More lines for the server's configuration, by name; they win over copycat's own. */
  settings?: Readonly<Record<string, string | number | boolean>>;
  /** Like `linux-x64`; default is where this process runs. */
  platform?: string;
}

export interface EmbeddedServer {
  /** Connection string with the password, to the database `copycat`. */
  dsn: string;
  port: number;
  /** Process id of the postmaster. */
  pid: number;
  /** Real path of the data folder. */
  dataFolder: string;
  /** False when it ran already. */
  started: boolean;
}

export type EmbeddedStatus =
  | { state: "absent" }
  | { state: "stopped"; dataFolder: string; version: string }
  | { state: "running"; dataFolder: string; version: string; pid: number; port: number; dsn: string };
