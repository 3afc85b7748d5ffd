// copycat simulation delete: a scenario, or one of its datasets, out of the store.

import type { Command } from "commander";
import { CopycatError } from "../../../errors.ts";
import {
  type DatasetContents,
  deleteScenario,
  listContents,
  listScenarios,
  openSimulationStore,
} from "../../../simulation/index.ts";
import { didYouMean } from "../../../suggest.ts";
import { dsnOption, jsonOption, option, quietOption } from "../../options.ts";
import { plural, printJson, printResult } from "../../output.ts";
import type { OpenedDatabase } from "../../withDatabase.ts";
import { withStore } from "./reads.ts";
import { type SimulationFlags, schemaOption } from "./shared.ts";

interface DeleteFlags extends SimulationFlags {
  dataset?: string;
  dryRun: boolean;
  yes: boolean;
}

const examples = `
Examples:
  copycat simulation delete base --dry-run               what would go
  copycat simulation delete base --yes
  copycat simulation delete base --dataset water_net1 --yes    the other datasets stay

Exit codes: 0 done; 1 there is nothing of that name; 2 wrong usage, --yes missing among it.`;

export function addDeleteCommand(simulation: Command): void {
  simulation
    .command("delete")
    .description("Delete a scenario with all that it holds, or one dataset of it. Others are not touched.")
    .argument("<scenario>", "one of `simulation list`")
    .addOption(option("--dataset <name>", "delete only this dataset of it", "all of it"))
    .addOption(option("--yes", "really delete it").default(false))
    .addOption(option("--dry-run", "say what would go, and delete nothing").default(false))
    .addOption(dsnOption())
    .addOption(schemaOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText("after", examples)
    .action(async (scenario: string, flags: DeleteFlags) => {
      const { dataset, dryRun } = flags;
      const gone = await withStore(flags, ({ database }) => remove(database, scenario, flags));
      if (flags.json) printJson({ scenario, dataset: dataset ?? null, dryRun, ...countAll(gone) });
      else printResult(`${dryRun ? "Would delete" : "Deleted"} ${describe(gone, scenario, dataset)}.`);
    });
}

function countAll(gone: readonly DatasetContents[]): { datasets: number; updates: number; arrays: number } {
  return {
    datasets: gone.length,
    updates: sum(gone, ({ updates }) => updates),
    arrays: sum(gone, ({ arrays }) => arrays),
  };
}

function describe(gone: readonly DatasetContents[], scenario: string, dataset: string | undefined): string {
  const what = dataset === undefined ? `scenario ${scenario}` : `dataset ${dataset} of scenario ${scenario}`;
  const { datasets, updates, arrays } = countAll(gone);
  const parts = [
    ...(dataset === undefined ? [plural(datasets, "dataset")] : []),
    plural(updates, "update"),
    plural(arrays, "array"),
  ];
  return `${what}: ${parts.join(", ")}`;
}

async function remove(
  database: OpenedDatabase["database"],
  scenario: string,
  { schema, dataset, dryRun, yes }: DeleteFlags,
): Promise<DatasetContents[]> {
  const [contents] = await listContents(database, { schema, scenario });
  if (contents === undefined) {
    const names = (await listScenarios(database, { schema })).map(({ name }) => name);
    const others = names.length === 0 ? "there is none" : `there are ${names.join(", ")}`;
    throw new CopycatError(
      "NOT_FOUND",
      `There is no scenario ${scenario}${didYouMean(scenario, names)}; ${others}. Nothing was deleted.`,
    );
  }
  const { datasets } = contents;
  const gone = dataset === undefined ? datasets : datasets.filter(({ name }) => name === dataset);
  if (dataset !== undefined && gone.length === 0) {
    const names = datasets.map(({ name }) => name);
    throw new CopycatError(
      "NOT_FOUND",
      `Scenario ${scenario} has no dataset ${dataset}${didYouMean(dataset, names)}; it has ${names.join(", ") || "none"}. Nothing was deleted.`,
    );
  }
  if (dryRun) return gone;
  if (!yes) {
    throw new CopycatError("USAGE", `This deletes ${describe(gone, scenario, dataset)}; add --yes to do so.`);
  }
  if (dataset === undefined) await deleteScenario(database, scenario, { schema });
  else
    await (await openSimulationStore(database, { schema, scenario, create: false })).deleteDataset(dataset);
  return gone;
}

function sum(datasets: readonly DatasetContents[], count: (dataset: DatasetContents) => number): number {
  return datasets.reduce((total, dataset) => total + count(dataset), 0);
}
