// Opens the database that a command was told to use, starting the embedded server when it is needed.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { shellWord } from "../catalog/promoted/target.ts";
import {
  chooseDatabase,
  type Database,
  describeStandby,
  openDatabase,
  readStandby,
  watchWaits,
} from "../database/index.ts";
import { CopycatError } from "../errors.ts";
import { hasTold, printNotice } from "./output.ts";

export interface DatabaseOptions {
  dsn?: string;
  quiet?: boolean;
  /** For commands that only read: an embedded server that was never made is not made for them. */
  mustExist?: boolean;
  /** Connections at most; default: those of `openDatabase`. */
  poolConnections?: number;
  /** What to type first where there is none; default: an ingest. */
  firstStep?: string;
  /** Takes the notice that another program's lock keeps the command waiting; null for none. Default: stderr. */
  onWait?: ((message: string) => void) | null;
}

export interface OpenedDatabase {
  database: Database;
  /** With password: for what the user is to type next, never for logs. */
  dsn: string;
  isEmbedded: boolean;
  /** What a command typed next needs to reach it: nothing, or ` --dsn URL`. For messages: a password stays out. */
  dsnArgument: string;
}

export async function withDatabase<Result>(
  command: string,
  options: DatabaseOptions,
  work: (opened: OpenedDatabase) => Promise<Result>,
): Promise<Result> {
  if (options.mustExist === true && !databaseExists(options)) {
    const { firstStep = "npm run ingest -- examples/vdp.yaml" } = options;
    const what = options.firstStep === undefined ? "catalog" : "database";
    throw new CopycatError(
      "NOT_FOUND",
      `There is no ${what} yet: no --dsn, no DATABASE_URL, and no embedded PostgreSQL in this folder. ` +
        `Load something first: ${firstStep}`,
    );
  }
  const opened = await openCommandDatabase(command, options);
  const { onWait = options.quiet === true ? null : printNotice } = options;
  const unwatch = tellWaits(opened.database, onWait);
  try {
    if (options.quiet !== true) await tellStandby(opened.database, printNotice);
    return await work(opened);
  } finally {
    unwatch();
    await opened.database.close();
  }
}

/** Before the answer: it may lack what was written a moment ago. */
export async function tellStandby(database: Database, say: (message: string) => void): Promise<void> {
  const standby = await readStandby(database);
  if (standby !== null) say(describeStandby(standby));
}

/** Tells when another program's lock keeps the command waiting, until what it returns is called; with null it never does. */
export function tellWaits(database: Database, onWait: ((message: string) => void) | null): () => void {
  if (onWait === null) return () => undefined;
  return watchWaits(database, (message, sessions) => {
    // Where the command says for whose lock it waits, it has said so at once.
    if (!sessions.some(({ pid }) => hasTold(pid))) onWait(message);
  });
}

/** The database of a command that opens it again and again; the caller closes it. */
export async function openCommandDatabase(
  command: string,
  options: DatabaseOptions,
): Promise<OpenedDatabase> {
  const { dsn, isEmbedded } = await reachServer(options);
  const { poolConnections } = options;
  const database = await openDatabase({
    dsn,
    applicationName: `copycat:${command}`,
    ...(poolConnections === undefined ? {} : { poolConnections }),
  });
  return { database, dsn, isEmbedded, dsnArgument: dsnArgument(options.dsn) };
}

/** Without the option, the next command finds the database as this one did. */
export function dsnArgument(given: string | undefined): string {
  if (given === undefined) return "";
  // Also as a parameter: ?password=, ?sslpassword=.
  const isOpen = URL.canParse(given) && new URL(given).password === "" && !/password/i.test(given);
  return ` --dsn ${isOpen ? shellWord(given) : "DSN"}`;
}

/** True when there is a database to look at without making one: a dry run must not leave a server behind. */
export function databaseExists(options: DatabaseOptions): boolean {
  const choice = chooseDatabase(options.dsn, process.cwd());
  return choice.kind === "dsn" || existsSync(join(choice.folder, "postgres"));
}

async function reachServer({ dsn, quiet }: DatabaseOptions): Promise<{ dsn: string; isEmbedded: boolean }> {
  const choice = chooseDatabase(dsn, process.cwd());
  if (choice.kind === "dsn") return { dsn: choice.dsn, isEmbedded: false };
  const say = (message: string): void => {
    if (quiet !== true) printNotice(message);
  };
  // Most catalogs are on other servers, and need none of it.
  const { startEmbedded } = await import("../database/embedded/index.ts");
  const server = await startEmbedded({ folder: choice.folder, log: { notice: say } });
  if (server.started)
    say(`Started the embedded PostgreSQL on port ${server.port}; \`copycat db stop\` ends it.`);
  return { dsn: server.dsn, isEmbedded: true };
}
