// copycat simulation list: what is in the store.

import type { Command } from "commander";
import { type DatasetContents, listContents, type ScenarioContents } from "../../../simulation/index.ts";
import { formatBytes } from "../../formatBytes.ts";
import { dsnOption, jsonOption, option, quietOption } from "../../options.ts";
import { formatCount, makeLog, printJson, printResult } from "../../output.ts";
import { formatTable } from "../../table.ts";
import { withStore } from "./reads.ts";
import { type SimulationFlags, schemaOption } from "./shared.ts";

const examples = `
Examples:
  copycat simulation list
  copycat simulation list --scenario water_net1 --json`;

export function addListCommand(simulation: Command): void {
  simulation
    .command("list")
    .description("List the scenarios and their datasets: updates, from when to when, arrays, bytes.")
    .addOption(option("--scenario <name>", "only this run", "all"))
    .addOption(dsnOption())
    .addOption(schemaOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText("after", examples)
    .action(async (flags: SimulationFlags & { scenario?: string }) => {
      const { schema, scenario } = flags;
      const scenarios = await withStore(flags, ({ database }) =>
        listContents(database, { schema, ...(scenario === undefined ? {} : { scenario }) }),
      );
      if (flags.json) {
        printJson({ scenarios });
        return;
      }
      if (scenarios.length > 0) printResult(table(scenarios));
      else makeLog(flags.quiet).notice("There are none.");
    });
}

interface Line {
  scenario: string;
  dataset: DatasetContents | null;
}

/** A line for each dataset; a scenario without any has one as well. */
function table(scenarios: readonly ScenarioContents[]): string {
  const lines = scenarios.flatMap(({ name, datasets }): Line[] =>
    datasets.length === 0
      ? [{ scenario: name, dataset: null }]
      : datasets.map((dataset) => ({ scenario: name, dataset })),
  );
  const text = (write: (dataset: DatasetContents) => string) => (line: Line) =>
    line.dataset === null ? "-" : write(line.dataset);
  return formatTable(
    [
      { title: "scenario", text: ({ scenario }) => scenario },
      { title: "dataset", text: text(({ name }) => name) },
      { title: "initial", text: text(({ initialFormat }) => initialFormat ?? "-") },
      { title: "updates", text: text(({ updates }) => formatCount(updates)), isNumber: true },
      { title: "from", text: text(({ from }) => String(from ?? "-")), isNumber: true },
      { title: "to", text: text(({ to }) => String(to ?? "-")), isNumber: true },
      { title: "arrays", text: text(({ arrays }) => formatCount(arrays)), isNumber: true },
      { title: "stored", text: text(({ bytes }) => formatBytes(bytes)), isNumber: true },
    ],
    lines,
  );
}
