// copycat simulation show: what a dataset has, over all times.

import type { Command } from "commander";
import { CopycatError } from "../../../errors.ts";
import type {
  AttributeOverview,
  DatasetOverview,
  JsonValue,
  SimulationResults,
} from "../../../simulation/index.ts";
import { formatCount, plural, printJson, printResult } from "../../output.ts";
import { formatTable } from "../../table.ts";
import { formatType, formatValue } from "./format.ts";
import { addResultOptions, type ResultFlags, withResults } from "./reads.ts";

const examples = `
Examples:
  copycat simulation show                              the only dataset of the only scenario
  copycat simulation show water_net1 --scenario base
  copycat simulation show --files runs/base --json     without a database`;

export function addShowCommand(simulation: Command): void {
  const command = simulation
    .command("show")
    .description("Show the groups and attributes of a dataset, with types, bounds over all times and names.")
    .argument("[dataset]", "may be left out where there is only one");
  addResultOptions(command, examples).action(async (name: string | undefined, flags: ResultFlags) => {
    const { overview, metadata, scenario } = await withResults(flags, async ({ results, scenario: own }) => {
      const dataset = await results.getDataset(name ?? (await onlyDataset(results)));
      return { overview: await dataset.getOverview(), metadata: dataset.metadata, scenario: own };
    });
    if (flags.json) printJson({ scenario, ...overview, metadata });
    else printResult(describe(overview, scenario));
  });
}

async function onlyDataset(results: SimulationResults): Promise<string> {
  const names = (await results.listDatasets()).map(({ name }) => name);
  const [first, second] = names;
  if (first === undefined) throw new CopycatError("NOT_FOUND", "There is no dataset in it.");
  if (second === undefined) return first;
  throw new CopycatError(
    "USAGE",
    `There are ${names.length} datasets: ${names.join(", ")}. Name one of them.`,
  );
}

function describe(overview: DatasetOverview, scenario: string | null): string {
  const { name, updates, from, to, entities, groups, boundingBox } = overview;
  const span = from === null ? "" : from === to ? ` at ${from}` : ` from ${from} to ${to}`;
  const lines = [
    `${name}${scenario === null ? "" : ` of scenario ${scenario}`}`,
    `  ${plural(updates, "update")}${span}; ${plural(entities, "entity", "entities")}`,
    ...(boundingBox === null
      ? []
      : [`  within ${boundingBox.map((value) => formatValue(value)).join(", ")}`]),
  ];
  for (const { name: group, entities: count, attributes } of groups) {
    lines.push("", `${group}: ${formatCount(count)} ${count === 1 ? "entity" : "entities"}`);
    if (attributes.length > 0) lines.push(table(attributes));
  }
  return lines.join("\n");
}

function table(attributes: readonly AttributeOverview[]): string {
  const bound = (attribute: AttributeOverview, value: number | null): string =>
    attribute.type === "bool" && value !== null ? String(value !== 0) : formatValue(value);
  const hasNames = attributes.some(({ enumNames }) => enumNames !== null);
  const hasSpecials = attributes.some(({ special }) => special !== null);
  const lines = formatTable<AttributeOverview>(
    [
      { title: "attribute", text: ({ name }) => name },
      { title: "type", text: (attribute) => formatType(attribute.type, attribute) },
      { title: "min", text: (attribute) => bound(attribute, attribute.min), isNumber: true },
      { title: "max", text: (attribute) => bound(attribute, attribute.max), isNumber: true },
      ...(hasSpecials ? [{ title: "special", text: specialText, isNumber: true }] : []),
      ...(hasNames
        ? [{ title: "names", text: ({ enumNames }: AttributeOverview) => enumNames?.join(", ") ?? "" }]
        : []),
    ],
    attributes,
  );
  return lines.replaceAll(/^/gm, "  ");
}

function specialText({ special }: { special: JsonValue }): string {
  return special === null ? "" : String(special);
}
