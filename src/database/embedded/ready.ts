// Waiting until the server answers, and making its database when a start was cut off before that.

import pg from "pg";
import { CopycatError, errorCode, errorMessage } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { sqlState, wrapDatabaseError } from "../sqlstate.ts";
import { databaseName, dsnFor } from "./folder.ts";
import { findPostmaster } from "./postmaster.ts";
import { pause } from "./processes.ts";

export interface Ready {
  pid: number;
  port: number;
}

export interface WaitOptions {
  dataFolder: string;
  password: string;
  /** True once the server we started has ended: no need to wait for its postmaster.pid. */
  hasEnded?: () => boolean;
  log?: Log | undefined;
  signal?: AbortSignal | undefined;
}

const timeoutMs = 60_000;
const noticeAfterMs = 10_000;

/** 42P04 and, when two do it in the same moment, 23505: the database is there. */
const existsAlready = new Set(["42P04", "23505"]);
/** No connection is left, so it is very much alive. */
const tooManyConnections = "53300";

/**
 * Waits until a server on the data folder answers a query; undefined when none runs (any more). Crash recovery
 * may take minutes, so there is no limit while the server says that it starts (postmaster.pid, 57P03); an abort ends the wait.
 *
 * @throws CopycatError `EMBEDDED_SERVER` when it runs and does not answer, or refuses the password
 */
export async function waitReady(options: WaitOptions): Promise<Ready | undefined> {
  const began = Date.now();
  let lastProgress = began;
  let told = false;
  let problem: unknown;
  for (;;) {
    const found = await findPostmaster(options.dataFolder);
    if (found === undefined && options.hasEnded?.() !== false) return undefined;
    if (found?.status === "ready" && found.port !== undefined) {
      problem = await tryQuery(found.port, options.password);
      if (problem === undefined) return { pid: found.pid, port: found.port };
      if (errorCode(problem) === sqlState.cannotConnectNow) lastProgress = Date.now();
    } else if (found !== undefined) {
      lastProgress = Date.now();
    }
    if (Date.now() - lastProgress > timeoutMs) throw noAnswer(options.dataFolder, problem);
    if (!told && Date.now() - began > noticeAfterMs) {
      told = true;
      options.log?.notice(
        `Waiting for PostgreSQL in ${options.dataFolder} (it may be recovering from a crash).`,
      );
    }
    await pause(25, options.signal);
  }
}

/** Undefined when the server answers, else the error that may pass; one that does not pass is thrown. */
async function tryQuery(port: number, password: string): Promise<unknown> {
  try {
    await query(dsnFor(port, password), "select 1");
    return undefined;
  } catch (error) {
    const code = errorCode(error);
    if (code === tooManyConnections) return undefined;
    if (code === sqlState.invalidPassword) {
      throw new CopycatError(
        "EMBEDDED_SERVER",
        `The embedded PostgreSQL on port ${port} refuses the password in .copycat/password. Put the right one ` +
          "back, or remove the .copycat folder to begin anew without its data.",
        { cause: error },
      );
    }
    if (code === sqlState.invalidCatalogName) await createDatabase(port, password);
    return error;
  }
}

async function createDatabase(port: number, password: string): Promise<void> {
  await query(dsnFor(port, password, "postgres"), `create database ${databaseName}`).catch(
    (error: unknown) => {
      if (existsAlready.has(errorCode(error) ?? "")) return;
      throw wrapDatabaseError(error, `Cannot make the database ${databaseName}`);
    },
  );
}

async function query(dsn: string, sql: string): Promise<void> {
  const client = new pg.Client({
    connectionString: dsn,
    application_name: "copycat start",
    connectionTimeoutMillis: 10_000,
    query_timeout: 60_000,
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query(sql);
  } finally {
    await client.end().catch(() => undefined);
  }
}

function noAnswer(dataFolder: string, cause: unknown): CopycatError {
  return new CopycatError(
    "EMBEDDED_SERVER",
    `PostgreSQL in ${dataFolder} has not answered for ${timeoutMs / 1000} s` +
      `${cause === undefined ? "" : ` (${errorMessage(cause)})`}. Look into .copycat/postgres.log, ` +
      "or stop it with `copycat db stop`.",
    { cause },
  );
}
