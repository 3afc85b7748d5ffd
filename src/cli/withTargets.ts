// Runs the work of a command on one database, or on each server of a targets file.

import { shellWord } from "../catalog/promoted/target.ts";
import { CopycatError, errorMessage } from "../errors.ts";
import {
  atTarget,
  closeTargets,
  type OpenedTarget,
  openTargets,
  readTargets,
  type Target,
  type Targets,
  targetOf,
} from "../targets/index.ts";
import { exitCodes, explainError } from "./exitCodes.ts";
import { inOptions } from "./inOptions.ts";
import { makeLog, printNotice } from "./output.ts";
import { type DatabaseOptions, type OpenedDatabase, tellWaits, withDatabase } from "./withDatabase.ts";

export interface TargetOptions extends DatabaseOptions {
  /** A targets file. */
  targets?: string;
}

export interface AskedDatabase extends OpenedDatabase {
  /** For notices; of several servers with the name of this one in front, and silent where notices are not wanted. */
  say: (message: string) => void;
}

export interface Answers<Result> {
  /** Of the servers of a file; else there is one, whose target is null. */
  isOfTargets: boolean;
  /** In the order of the file. */
  list: { target: string | null; result: Result }[];
  failed: { target: string; error: unknown }[];
}

/** How a command typed next is told the same targets. */
export const targetsArgument = (file: string): string => ` --targets ${shellWord(file)}`;

/**
 * Asks the database of the options; with a targets file all its servers at once, or that of `dataset` alone. A server that
 * is down or refuses is told on stderr, and the exit code is 1; the answers of the others are returned.
 *
 * @throws what the one database failed with, or all servers
 */
export async function askTargets<Result>(
  command: string,
  options: TargetOptions,
  work: (asked: AskedDatabase) => Promise<Result>,
  dataset?: string,
): Promise<Answers<Result>> {
  const { notice } = makeLog(options.quiet ?? false);
  const { targets: file } = options;
  if (file === undefined) {
    const result = await withDatabase(command, options, (opened) => work({ ...opened, say: notice }));
    return { isOfTargets: false, list: [{ target: null, result }], failed: [] };
  }
  const targets = await readTargets(file);
  const asked = dataset === undefined ? targets : { ...targets, list: [targetOf(targets, topOf(dataset))] };
  return withOpenTargets(command, asked, async (opened) => {
    const answers: Answers<Result> = { isOfTargets: true, list: [], failed: [] };
    const settled = await Promise.allSettled(
      opened.map((one) => askOne(one, { dsnArgument: targetsArgument(file), notice, options, work })),
    );
    for (const [index, { target }] of opened.entries()) {
      const outcome = settled[index];
      if (outcome?.status === "fulfilled") answers.list.push({ target: target.name, result: outcome.value });
      else answers.failed.push({ target: target.name, error: atTarget(target, outcome?.reason) });
    }
    requireAnswer(answers);
    for (const { error } of answers.failed) printNotice(explainError(error));
    if (answers.failed.length > 0) process.exitCode = exitCodes.failed;
    return answers;
  });
}

/** Opens all servers of a targets file, those that are down left out, and closes them again. */
export async function withOpenTargets<Result>(
  command: string,
  targets: Targets,
  work: (opened: OpenedTarget[]) => Promise<Result>,
): Promise<Result> {
  const opened = await openTargets(targets, { applicationName: `copycat:${command}` });
  try {
    return await work(opened);
  } finally {
    await closeTargets(opened);
  }
}

interface Asking<Result> {
  dsnArgument: string;
  notice: (message: string) => void;
  options: TargetOptions;
  work: (asked: AskedDatabase) => Promise<Result>;
}

async function askOne<Result>(
  { target, database, error }: OpenedTarget,
  { dsnArgument, notice, options, work }: Asking<Result>,
): Promise<Result> {
  if (database === null) throw error;
  const say = sayAt(target, notice);
  const unwatch = tellWaits(database, options.quiet === true ? null : say);
  try {
    return await work({ database, dsn: target.dsn, isEmbedded: false, dsnArgument, say });
  } finally {
    unwatch();
  }
}

export function sayAt({ name }: Target, say: (message: string) => void): (message: string) => void {
  return (message) => say(`${name}: ${message}`);
}

/** "VDP" of "/VDP/H_0001". */
function topOf(path: string): string {
  return path.split("/").find((key) => key !== "") ?? path;
}

/** @throws what all servers failed with, a defect before all else */
function requireAnswer({ list, failed }: Answers<unknown>): void {
  const defect = failed.find(({ error }) => !(error instanceof CopycatError));
  if (defect !== undefined) throw defect.error;
  const [first] = failed;
  if (list.length > 0 || first === undefined) return;
  if (failed.length === 1 || !(first.error instanceof CopycatError)) throw first.error;
  throw new CopycatError(first.error.code, `None of the ${failed.length} targets could do it.`, {
    cause: first.error,
    details: failed.map(({ error }) => errorMessage(error, inOptions)),
  });
}
