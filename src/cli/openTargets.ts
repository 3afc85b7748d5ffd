// Opens the servers of a targets file for a command.

import { shellWord } from "../catalog/promoted/target.ts";
import type { Database } from "../database/index.ts";
import { CopycatError } from "../errors.ts";
import {
  checkCatalog,
  closeTargets,
  type OpenedTarget,
  openTargets,
  readTargets,
  type Target,
  type TargetConnections,
  type Targets,
} from "../targets/index.ts";
import { exitCodes, explainError } from "./exitCodes.ts";
import { printNotice } from "./output.ts";
import { tellStandby, tellWaits } from "./withDatabase.ts";

/** How a command typed next is told the same targets. */
export const targetsArgument = (file: string): string => ` --targets ${shellWord(file)}`;

export function sayAt({ name }: Target, say: (message: string) => void): (message: string) => void {
  return (message) => say(`${name}: ${message}`);
}

/** Connections of a command, which tell when another program's lock keeps it waiting. */
export function connections(command: string, quiet: boolean): Required<TargetConnections> {
  return {
    connect: { applicationName: `copycat:${command}` },
    onOpen: (target, database) => tellWaits(database, quiet ? null : sayAt(target, printNotice)),
  };
}

/**
 * Opens all servers, those that are down left out, and closes them again. Tells of each as `withDatabase` of its one: that it
 * is a standby, and that it waits for another program's lock.
 */
export async function withOpenTargets<Result>(
  command: string,
  targets: Targets,
  quiet: boolean,
  work: (opened: OpenedTarget[]) => Promise<Result>,
): Promise<Result> {
  const { connect, onOpen } = connections(command, quiet);
  const opened = await openTargets(targets, connect);
  const unwatch = opened.map(({ target, database }) =>
    database === null ? () => undefined : onOpen(target, database),
  );
  try {
    if (!quiet) await Promise.all(opened.map(tellStandbyAt));
    return await work(opened);
  } finally {
    for (const end of unwatch) end();
    await closeTargets(opened);
  }
}

async function tellStandbyAt({ target, database }: OpenedTarget): Promise<void> {
  if (database !== null) await tellStandbyOf(target, database);
}

/** One that has gone again in between is told by the command itself. */
export async function tellStandbyOf(target: Target, database: Database): Promise<void> {
  await tellStandby(database, sayAt(target, printNotice)).catch(() => undefined);
}

/** For reading of all catalogs: a server whose database holds none yet holds no dataset either, and is left out. */
export async function withCatalogs<Result>(
  command: string,
  { targets: path, quiet }: { targets: string; quiet: boolean },
  work: (opened: readonly OpenedTarget[]) => Promise<Result>,
): Promise<Result> {
  const targets = await readTargets(path);
  return withOpenTargets(command, targets, quiet, async (opened) => {
    const checked = await Promise.all(opened.map(checkCatalog));
    const filled = checked.filter((one) => one !== null);
    if (filled.length === 0) throw explainEmpty(targets);
    return work(filled);
  });
}

/** Says which targets are missing in what was printed, and why. The command has failed then, whatever it found. */
export function reportMissing(opened: readonly OpenedTarget[], missing: readonly string[]): void {
  for (const name of new Set(missing)) {
    const error = opened.find(({ target }) => target.name === name)?.error ?? null;
    printNotice(`copycat: ${name} is missing in this answer${error === null ? ": it was lost." : "."}`);
    if (error !== null) printNotice(explainError(error));
    process.exitCode = exitCodes.failed;
  }
}

/** What to throw when no server holds a catalog. */
export function explainEmpty({ path, list }: Targets): CopycatError {
  const names = list.map(({ name }) => name).join(", ");
  return new CopycatError(
    "NOT_FOUND",
    `No target of ${path} holds a catalog yet (${names}). Load something first: npm run ingest -- examples/vdp.yaml --targets ${path}`,
  );
}
