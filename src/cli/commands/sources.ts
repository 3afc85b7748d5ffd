// copycat sources: the modalities of a catalog.

import type { Command } from "commander";
import { listSources, type SourceFacts, type SourceKey } from "../../catalog/index.ts";
import { dsnOption, jsonOption, quietOption, targetsOption } from "../options.ts";
import { formatCount, makeLog, plural, printResult } from "../output.ts";
import { elementsOf, inFront, printElements } from "../targetAnswers.ts";
import { askCatalogs } from "../withTargets.ts";

interface SourcesFlags {
  dsn?: string;
  targets?: string;
  json: boolean;
  quiet: boolean;
}

const notes = `
The source of an entity is its metadata key "source", which ingest writes; without it, that of its dataset.

Examples:
  copycat sources
  copycat search --where 'source = VDP'     the entities of one
  copycat index add source                  an index on it, for many datasets`;

export function addSourcesCommand(program: Command): void {
  program
    .command("sources")
    .description("List the modalities: how many entities and arrays each has, its keys, types and ranges.")
    .addOption(dsnOption())
    .addOption(targetsOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText("after", notes)
    .action(async (flags: SourcesFlags) => {
      const answers = await askCatalogs("sources", { ...flags, mustExist: true }, ({ database }) =>
        listSources(database),
      );
      const sources = elementsOf(answers);
      if (flags.json) printElements("sources", sources, answers);
      else for (const source of sources) printResult(`${inFront(source)}${formatSource(source)}`);
      if (sources.length > 0) return;
      makeLog(flags.quiet).notice(answers.isOfTargets ? "The catalogs are empty." : "The catalog is empty.");
    });
}

/** Locators, two or three for each array, say where files lie; they are in the JSON. */
const isLocator = ({ key }: SourceKey): boolean => /^(path|dataset|index)_/.test(key);

function formatSource({ source, entities, arrays, keys }: SourceFacts): string {
  const shown = keys.filter((key) => !isLocator(key));
  const locators = keys.length - shown.length;
  const width = Math.max(0, ...shown.map(({ key }) => key.length));
  return [
    `${source}  ${plural(entities, "entity", "entities")}, ${plural(arrays, "array")}`,
    ...shown.map((key) => `  ${key.key.padEnd(width)}  ${formatKey(key)}`),
    ...(locators === 0 ? [] : [`  and ${plural(locators, "locator")} (path_..., dataset_..., index_...)`]),
  ].join("\n");
}

function formatKey({ types, presence, distinct, isEstimate, min, max }: SourceKey): string {
  const share = Math.round(presence * 1000) / 10;
  return [
    Object.keys(types).join(" or "),
    `in ${share === 0 ? "less than 0.1" : share} %`,
    ...(distinct === 0 ? [] : [`${isEstimate ? "about " : ""}${formatCount(distinct)} distinct`]),
    ...(min === null || max === null
      ? []
      : [min === max ? `always ${min}` : `${round(min)} to ${round(max)}`]),
  ].join(", ");
}

/** Six digits tell people enough; whole numbers stay whole. */
const round = (value: number): number => (Number.isInteger(value) ? value : Number(value.toPrecision(6)));
