// Runs the work of a command on one database, or on each server of a targets file.

import { readCatalogState, requireCatalog } from "../catalog/index.ts";
import { shellWord } from "../catalog/promoted/target.ts";
import { CopycatError, errorMessage } from "../errors.ts";
import {
  atTarget,
  type HolderOptions,
  type OpenedTarget,
  readTargets,
  type Target,
  withHolder,
} from "../targets/index.ts";
import { exitCodes, explainError } from "./exitCodes.ts";
import { inOptions } from "./inOptions.ts";
import {
  connections,
  explainEmpty,
  sayAt,
  targetsArgument,
  tellStandbyOf,
  withOpenTargets,
} from "./openTargets.ts";
import { makeLog, printNotice } from "./output.ts";
import { type DatabaseOptions, type OpenedDatabase, withDatabase } from "./withDatabase.ts";

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

/**
 * Asks the database of the options; with a targets file all its servers at once, or the one that has `dataset` alone. A server that
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
  if (dataset !== undefined) {
    const answer = await askHolder(command, options, dataset, async (asked) => ({
      target: asked.target,
      result: await work(asked),
    }));
    return { isOfTargets: true, list: [answer], failed: [] };
  }
  return withOpenTargets(command, await readTargets(file), options.quiet ?? false, async (opened) => {
    const answers: Answers<Result> = { isOfTargets: true, list: [], failed: [] };
    const settled = await Promise.allSettled(
      opened.map((one) => askOne(one, { dsnArgument: targetsArgument(file), notice, work })),
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

/**
 * As `askTargets`, of catalogs. A server of the file whose database holds none yet is left out, and told; it fills with its
 * first dataset.
 *
 * @throws CopycatError as `askTargets`; NOT_FOUND when no database holds a catalog; CATALOG_VERSION
 */
export async function askCatalogs<Result>(
  command: string,
  options: TargetOptions,
  work: (asked: AskedDatabase) => Promise<Result>,
  dataset?: string,
): Promise<Answers<Result>> {
  const { targets: file } = options;
  const workAt = async (asked: AskedDatabase): Promise<{ done: Result } | null> => {
    if (file !== undefined && (await readCatalogState(asked.database)).kind === "absent") {
      asked.say("there is no catalog yet.");
      return null;
    }
    await requireCatalog(asked.database);
    return { done: await work(asked) };
  };
  const answers = await askTargets(command, options, workAt, dataset);
  const list = answers.list.flatMap(({ target, result }) =>
    result === null ? [] : { target, result: result.done },
  );
  if (file !== undefined && list.length === 0 && answers.failed.length === 0) {
    throw explainEmpty(await readTargets(file));
  }
  return { ...answers, list };
}

interface Asking<Result> {
  dsnArgument: string;
  notice: (message: string) => void;
  work: (asked: AskedDatabase) => Promise<Result>;
}

async function askOne<Result>(
  { target, database, error }: OpenedTarget,
  { dsnArgument, notice, work }: Asking<Result>,
): Promise<Result> {
  if (database === null) throw error;
  return work({ database, dsn: target.dsn, isEmbedded: false, dsnArgument, say: sayAt(target, notice) });
}

/**
 * Asks the database of the options; with a targets file the server that has the dataset of `path`. Where the file sends the
 * dataset elsewhere, that is told, with what to do.
 *
 * @throws CopycatError as `withHolder` of targets
 */
export async function askHolder<Result>(
  command: string,
  options: TargetOptions,
  path: string,
  work: (asked: AskedDatabase & { target: string | null }) => Promise<Result>,
): Promise<Result> {
  const quiet = options.quiet ?? false;
  const { notice } = makeLog(quiet);
  const { targets: file } = options;
  if (file === undefined) {
    return withDatabase(command, options, (opened) => work({ ...opened, say: notice, target: null }));
  }
  const onElsewhere: HolderOptions["onElsewhere"] = (holder, routed) =>
    notice(explainElsewhere(path, { holder, routed, file }));
  const held = { ...connections(command, quiet), onElsewhere };
  return withHolder(await readTargets(file), path, held, async ({ target, database }) => {
    if (!quiet) await tellStandbyOf(target, database);
    const { name, dsn } = target;
    const dsnArgument = targetsArgument(file);
    const say = sayAt(target, notice);
    return work({ database, dsn, isEmbedded: false, dsnArgument, say, target: name });
  });
}

function explainElsewhere(
  path: string,
  { holder, routed, file }: { holder: Target; routed: Target | null; file: string },
): string {
  const dataset = path.split("/").find((key) => key !== "") ?? path;
  const sent = routed === null ? `${file} sends it nowhere` : `${file} sends it to ${routed.name}`;
  const move = `copycat targets move ${shellWord(dataset)} --to ${(routed ?? holder).name}${targetsArgument(file)}`;
  return `${dataset} is at ${holder.name}, and ${sent}. To make both agree: ${move}`;
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
