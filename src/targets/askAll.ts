// One question to all targets: who answers, who has nothing of the kind, who is down.

import { type Database, isAway, wrapDatabaseError } from "../database/index.ts";
import { CopycatError, errorMessage } from "../errors.ts";
import { atTarget } from "./atTarget.ts";
import type { OpenedTarget, Target } from "./types.ts";

export interface Answer<Result> {
  target: Target;
  database: Database;
  result: Result;
}

/** What a target said. `absent`: it does not have what was asked for. */
export type Outcome<Result> =
  | ({ kind: "answer" } & Answer<Result>)
  | { kind: "absent" | "down"; target: Target; error: unknown };

export interface Asked<Result> {
  /** In the order of the targets file. */
  answers: Answer<Result>[];
  /** Names of targets that are down and may hold more. */
  missing: string[];
}

/**
 * Asks all at once. What a target does not have, another one may.
 *
 * @param path of the container that is searched; undefined when it is all that a target holds
 * @throws CopycatError NOT_FOUND when no target has the path; CONNECTION when none answers, or none of those that do has it
 */
export async function askAll<Result>(
  opened: readonly OpenedTarget[],
  path: string | undefined,
  ask: (database: Database, target: Target) => Promise<Result>,
): Promise<Asked<Result>> {
  const outcomes = await Promise.all(
    opened.map((one) =>
      one.database === null
        ? ({ kind: "down", target: one.target, error: one.error } as const)
        : askOne(one.database, one.target, ask),
    ),
  );
  return {
    answers: outcomes.filter((one) => one.kind === "answer"),
    missing: listMissing(outcomes, path),
  };
}

async function askOne<Result>(
  database: Database,
  target: Target,
  ask: (database: Database, target: Target) => Promise<Result>,
): Promise<Outcome<Result>> {
  try {
    return { kind: "answer", target, database, result: await ask(database, target) };
  } catch (error) {
    return { kind: kindOf(error, target), target, error };
  }
}

/**
 * @param target who failed, named in what is thrown unless all would say the same
 * @throws the error itself, when it says nothing of where the data are
 */
export function kindOf(error: unknown, target?: Target): "absent" | "down" {
  const wrapped = wrapDatabaseError(error, "PostgreSQL refused");
  const code = wrapped instanceof CopycatError ? wrapped.code : null;
  if (code === "NOT_FOUND") return "absent";
  if (isAway(wrapped)) return "down";
  throw target === undefined || code === "USAGE" ? wrapped : atTarget(target, wrapped);
}

/** Names of those that are down, but for a path that was found elsewhere: a dataset lies on one target. */
export function listMissing(outcomes: readonly Outcome<unknown>[], path: string | undefined): string[] {
  const down = outcomes.filter((one) => one.kind === "down");
  const isFound = outcomes.some(({ kind }) => kind === "answer");
  if (!isFound) throw explainNone(outcomes, path);
  return path !== undefined && !isRoot(path) ? [] : down.map(({ target }) => target.name);
}

/** All targets have the root. */
function isRoot(path: string): boolean {
  return /^\/*$/.test(path);
}

function explainNone(outcomes: readonly Outcome<unknown>[], path = "/"): CopycatError {
  const failed = outcomes.filter((one) => one.kind !== "answer");
  const details = failed.map(({ target, error }) => `${target.name}: ${errorMessage(error)}`);
  const namesOf = (kind: string): string =>
    failed
      .filter((one) => one.kind === kind)
      .map(({ target }) => target.name)
      .join(", ");
  const [absent, down] = [namesOf("absent"), namesOf("down")];
  const node = `/${path.split("/").filter(Boolean).join("/")}`;
  if (absent === "") {
    return new CopycatError("CONNECTION", "None of the targets answers. Are their servers running?", {
      details,
    });
  }
  if (down === "") {
    return new CopycatError("NOT_FOUND", `There is no node ${node} at any target.`, { details });
  }
  return new CopycatError(
    "CONNECTION",
    `There is no node ${node} at ${absent}, and no answer from ${down}. Try again when all targets answer.`,
    { details },
  );
}
