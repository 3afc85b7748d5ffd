// copycat index: promoted keys.

import type { Command } from "commander";
import {
  type AddedKey,
  addPromotedKey,
  dropPromotedKey,
  formatTarget,
  listPromotedKeys,
  type PromotedKey,
  type PromotedTarget,
  parseJsonPath,
  parseKeyPath,
} from "../../catalog/index.ts";
import type { Database } from "../../database/index.ts";
import { CopycatError } from "../../errors.ts";
import { formatBytes } from "../formatBytes.ts";
import { dsnOption, jsonOption, option, quietOption, targetsOption } from "../options.ts";
import { formatCount, formatDuration, makeLog, plural, printResult } from "../output.ts";
import { abortOnSignals } from "../signals.ts";
import { elementsOf, inFront, printDocuments, printElements, printTexts } from "../targetAnswers.ts";
import { type Answers, type AskedDatabase, askCatalogs } from "../withTargets.ts";
import { addAdviseCommand } from "./indexAdvise.ts";

interface IndexFlags {
  dsn?: string;
  targets?: string;
  json: boolean;
  quiet: boolean;
}

interface TargetFlags extends IndexFlags {
  path?: string;
  specs: boolean;
  family: boolean;
  dataset?: string;
}

const addNotes = `
Examples:
  copycat index add Ja_meV                            in all datasets
  copycat index add Ja_meV --dataset VDP              in one; the index is smaller
  copycat index add instrument.name                   nested metadata
  copycat index add --path '["odd.key"]'              a key that holds a dot
  copycat index add --specs                           what Tiled's query Specs asks for
  copycat index add source                            the label that tells modalities apart

Numbers, strings and booleans are compared and sorted, strings also matched with like and contains. Nodes can be read
and written meanwhile. The indexes outlive later loads. From then on an ingest rejects a
node whose value at the key is longer than 2,600 bytes.`;

export function addIndexCommand(program: Command): void {
  const index = program
    .command("index")
    .description("Promoted keys: indexes that make one metadata key fast, for copycat and for Tiled.");
  addAddCommand(index);
  index
    .command("list")
    .description("List the promoted keys: what they serve, size, and how often queries used them.")
    .addOption(dsnOption())
    .addOption(targetsOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (flags: IndexFlags) => {
      const answers = await onCatalogs(flags, ({ database }) => listPromotedKeys(database));
      const keys = elementsOf(answers);
      if (flags.json) printElements("keys", keys, answers);
      else for (const key of keys) printResult(`${inFront(key)}${formatKey(key)}`);
      if (keys.length === 0) makeLog(flags.quiet).notice("None. `copycat index advise` proposes some.");
    });
  addDropCommand(index);
  addAdviseCommand(index);
}

function addAddCommand(index: Command): void {
  targetOptions(index.command("add"), "index only the children of this dataset")
    .description("Promote a metadata key: build the indexes that make searching and sorting by it fast.")
    .addOption(
      option(
        "--no-plan-cache-mode",
        "leave plan_cache_mode of the database alone",
        "force_custom_plan, without which a running Tiled server soon stops using the indexes",
      ),
    )
    .addHelpText("after", addNotes)
    .action(async (key: string | undefined, flags: TargetFlags & { planCacheMode: boolean }) => {
      const target = readTarget(key, flags);
      const { planCacheMode } = flags;
      const answers = await changeIndexes(flags, (database, control) =>
        addPromotedKey(database, target, { ...control, ...inDataset(flags), planCacheMode }).catch(
          (error: unknown): Lacking => lacking(error, flags),
        ),
      );
      requireKey(answers);
      if (flags.json) printDocuments(answers);
      else printTexts(answers, (added) => ("reason" in added ? added.reason : formatAdded(added)));
    });
}

/** One of several servers whose catalog has no such key. */
interface Lacking {
  reason: string;
}

/** Keys lie where their datasets do, so that not all servers have one is no failure. */
function lacking(error: unknown, { targets }: TargetFlags): Lacking {
  if (targets === undefined || !(error instanceof CopycatError) || error.code !== "NOT_FOUND") throw error;
  return { reason: error.message };
}

function requireKey({ list }: Answers<AddedKey | Lacking>): void {
  const reasons = list.flatMap(({ result }) => ("reason" in result ? result.reason : []));
  const [first] = reasons;
  if (first !== undefined && reasons.length === list.length) throw new CopycatError("NOT_FOUND", first);
}

function addDropCommand(index: Command): void {
  targetOptions(index.command("drop"), "the dataset for which it was promoted")
    .description("Drop the indexes of a promoted key.")
    .action(async (key: string | undefined, flags: TargetFlags) => {
      const target = readTarget(key, flags);
      const answers = await changeIndexes(flags, async (database, control) => ({
        dropped: await dropPromotedKey(database, target, { ...control, ...inDataset(flags) }),
      }));
      if (!answers.list.some(({ result }) => result.dropped)) {
        const where = flags.dataset === undefined ? "for all datasets" : `for ${flags.dataset}`;
        throw new CopycatError(
          "NOT_FOUND",
          `${formatTarget(target)} is not promoted ${where}. \`copycat index list\` shows what is.`,
        );
      }
      if (flags.json) printDocuments(answers);
      else
        printTexts(answers, ({ dropped }) =>
          dropped
            ? `Dropped the indexes of ${formatTarget(target)}.`
            : `${formatTarget(target)} was not promoted here.`,
        );
    });
}

function targetOptions(command: Command, datasetSentence: string): Command {
  return command
    .argument("[key]", "metadata key; dots lead into nested metadata")
    .addOption(option("--path <json>", "the key as a JSON list, for keys that hold dots", "the argument"))
    .addOption(option("--specs", "the specs of nodes instead of a key").default(false))
    .addOption(option("--family", "the structure family of nodes instead of a key").default(false))
    .addOption(option("--dataset <path>", datasetSentence, "all nodes"))
    .addOption(dsnOption())
    .addOption(targetsOption())
    .addOption(jsonOption())
    .addOption(quietOption());
}

function readTarget(key: string | undefined, { path, specs, family }: TargetFlags): PromotedTarget {
  const given = [key !== undefined, path !== undefined, specs, family].filter((is) => is).length;
  if (given !== 1) {
    throw new CopycatError(
      "USAGE",
      "Name one thing: a key, --path with a list of keys, --specs, or --family.",
    );
  }
  if (specs) return "specs";
  if (family) return "family";
  return key === undefined ? parseJsonPath(path ?? "") : parseKeyPath(key);
}

const inDataset = ({ dataset }: TargetFlags) => (dataset === undefined ? {} : { dataset });

interface Control {
  signal: AbortSignal;
  onNotice: (message: string) => void;
}

async function changeIndexes<Result>(
  flags: TargetFlags,
  change: (database: Database, control: Control) => Promise<Result>,
): Promise<Answers<Result>> {
  const { notice } = makeLog(flags.quiet);
  const { signal, release } = abortOnSignals(() =>
    notice("\nStopping; indexes that are not finished go again."),
  );
  try {
    return await onCatalogs(flags, ({ database, say }) => change(database, { signal, onNotice: say }));
  } finally {
    release();
  }
}

/** Of several servers, with a dataset, the one that has it. */
function onCatalogs<Result>(
  flags: IndexFlags & { dataset?: string },
  work: (asked: AskedDatabase) => Promise<Result>,
): Promise<Answers<Result>> {
  return askCatalogs("index", { ...flags, mustExist: true }, work, flags.dataset);
}

function formatAdded(added: AddedKey): string {
  const { built, indexes, elapsedMs, sizeBytes } = added;
  const what = `${nameOf(added)} in ${added.dataset ?? "all datasets"}`;
  if (built.length === 0) return `${what} is promoted already (${added.kinds.join(", ")}).`;
  return (
    `Promoted ${what}: ${added.kinds.join(", ")} (${plural(indexes.length, "index", "indexes")}, ` +
    `${formatBytes(sizeBytes)}, ${formatDuration(elapsedMs)}).`
  );
}

function formatKey(key: PromotedKey): string {
  const state = key.isValid ? "" : "  BROKEN, add it again";
  return (
    `${nameOf(key)}  ${key.dataset ?? "all datasets"}  ${key.kinds.join(", ")}  ${formatBytes(key.sizeBytes)}, ` +
    `used ${formatCount(key.scans)} times${state}`
  );
}

function nameOf({ path, kinds }: PromotedKey): string {
  return path.length > 0 ? formatTarget(path) : formatTarget(kinds[0] === "family" ? "family" : "specs");
}
