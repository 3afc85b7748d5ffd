// copycat targets: which servers there are with which datasets, and moving one of these.

import type { Command } from "commander";
import {
  type ListedDataset,
  type ListedTarget,
  listTargets,
  type MoveReport,
  moveDataset,
  readTargets,
  targetOf,
} from "../../targets/index.ts";
import { exitCodes } from "../exitCodes.ts";
import { jsonOption, option, quietOption } from "../options.ts";
import {
  formatCount,
  formatDuration,
  makeLog,
  plural,
  printJson,
  printNotice,
  printResult,
} from "../output.ts";
import { abortOnSignals } from "../signals.ts";
import { formatTable } from "../table.ts";

interface TargetsFlags {
  targets: string;
  json: boolean;
  quiet: boolean;
}

interface MoveFlags extends TargetsFlags {
  to?: string;
  dryRun: boolean;
}

const moveNotes = `
Copies all rows of the dataset, compares both, changes the targets file, and deletes the dataset where it was, in this
order; the files with the arrays stay where they are. Stopped or killed at any point, the same command does the rest.
Writers at the old server wait meanwhile, readers go on. An ingest that names the old server itself would fill it again:
use the targets file.

Examples:
  copycat targets move VDP --to west --targets targets.yaml --dry-run
  copycat targets move VDP --to west --targets targets.yaml
  copycat targets move VDP              to the target that targets.yaml names for it by now`;

export function addTargetsCommand(program: Command): void {
  const targets = program
    .command("targets")
    .description("Several servers with a catalog each, as a targets file names them.");
  targets
    .command("list", { isDefault: true })
    .description(
      "List the targets: server, version, datasets with their nodes, and what goes there. Ends with 1 when one does not answer.",
    )
    .addOption(fileOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (flags: TargetsFlags) => {
      const listed = await listTargets(await readTargets(flags.targets));
      if (flags.json) printJson({ targets: listed });
      else printResult(listed.map(formatTarget).join("\n\n"));
      if (listed.some(({ error }) => error !== null)) process.exitCode = exitCodes.failed;
    });
  targets
    .command("move")
    .description("Move a dataset to another target: copy, verify, switch the targets file, drop.")
    .argument("<dataset>", "key of the dataset")
    .addOption(option("--to <name>", "the target where it is to be", "the one to which the file sends it"))
    .addOption(fileOption())
    .addOption(option("--dry-run", "say what would be moved; change nothing").default(false))
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText("after", moveNotes)
    .action(runMove);
}

const fileOption = () =>
  option("--targets <file>", "the file that names the servers").default("targets.yaml");

async function runMove(dataset: string, flags: MoveFlags): Promise<void> {
  const { notice } = makeLog(flags.quiet);
  const targets = await readTargets(flags.targets);
  const { signal, release } = abortOnSignals(() =>
    notice("\nStopping; what is not committed is rolled back."),
  );
  try {
    const report = await moveDataset(targets, dataset, {
      to: flags.to ?? targetOf(targets, dataset).name,
      dryRun: flags.dryRun,
      onNotice: notice,
      onPhase: (phase) => notice(`${phase} ...`),
      onTable: (table, rows) => notice(`  ${table}: ${plural(rows, "row")}`),
      signal,
    });
    if (flags.json) printJson(report);
    else printResult(formatMove(report));
    // Not silenced: rows may be written to where nobody looks for them.
    if (!flags.json) report.warnings.forEach(printNotice);
  } finally {
    release();
  }
}

function formatMove({ dataset, from, to, nodes, tables, again, ...rest }: MoveReport): string {
  const { status, switched, copied, elapsedMs } = rest;
  if (status === "there") {
    return `${dataset} is already there, at ${to}${switched ? "; the targets file says so now" : ""}.`;
  }
  const what = `${dataset} (${plural(nodes, "node")}) from ${from} to ${to}`;
  const lines =
    status === "would_move"
      ? [
          `Would move ${what}${copied ? "" : ", where an equal copy is already"}.`,
          ...tables.map(({ table, rows }) => `  ${table}: ${plural(rows, "row")}`),
        ]
      : [`Moved ${what} in ${formatDuration(elapsedMs)}${copied ? "" : "; it had been copied before"}.`];
  if (again.length > 0) lines.push("To be made again:", ...again.map((command) => `  ${command}`));
  return lines.join("\n");
}

function formatTarget({ name, server, routes, isDefault, version, datasets, error }: ListedTarget): string {
  const goes = [...routes, ...(isDefault ? ["all others"] : [])].join(", ");
  const head = `${name}  ${server}${version === null ? "" : `  PostgreSQL ${version}`}`;
  const lines = [head, `  goes here: ${goes === "" ? "nothing" : goes}`];
  if (error !== null) lines.push(`  ${error}`);
  else if (datasets.length === 0) lines.push("  no dataset yet");
  if (datasets.length > 0) {
    const table = formatTable<ListedDataset>(
      [
        { title: "dataset", text: ({ key }) => key },
        { title: "nodes", text: ({ nodes }) => formatCount(nodes), isNumber: true },
        { title: "", text: (dataset) => remark(name, dataset) },
      ],
      datasets,
    );
    lines.push(...table.split("\n").map((line) => `  ${line}`));
  }
  return lines.join("\n");
}

function remark(name: string, { goesTo, alsoAt }: ListedDataset): string {
  const also = alsoAt.length > 0 ? [`is at ${alsoAt.join(", ")} as well`] : [];
  const goes = goesTo === name ? [] : [goesTo === null ? "no target takes it" : `goes to ${goesTo}`];
  return [...also, ...goes].join("; ");
}
