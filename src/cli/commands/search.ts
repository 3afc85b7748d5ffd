// copycat search: finds entities by their metadata.

import type { Command } from "commander";
import { type FoundNode, parseFilter, requireCatalog, searchNodes } from "../../catalog/index.ts";
import { dsnOption, jsonOption, option, quietOption, wholeNumber } from "../options.ts";
import { plural, printJson, printNotice, printResult } from "../output.ts";
import { withDatabase } from "../withDatabase.ts";

interface SearchFlags {
  dsn?: string;
  where: string[];
  limit: number;
  count: boolean;
  json: boolean;
  quiet: boolean;
}

const examples = `
Examples:
  copycat search VDP --where 'Ja_meV > 0.5' --where 'Dc_meV < 0'
  copycat search --where 'source = VDP' --count`;

export function addSearchCommand(program: Command): void {
  program
    .command("search")
    .description("Find entities by their metadata, in one dataset or over all.")
    .argument("[dataset]", "path of a dataset; all of them when left out")
    .addOption(
      option("--where <filter>", "KEY OP VALUE, OP one of = != < <= > >=; may be given several times")
        .argParser((text: string, before: string[]) => [...before, text])
        .default([], "all"),
    )
    .addOption(option("--limit <n>", "print so many at most").argParser(wholeNumber(0)).default(20))
    .addOption(option("--count", "print the number of matches only").default(false))
    .addOption(dsnOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText("after", examples)
    .action(async (dataset: string | undefined, flags: SearchFlags) => {
      const filters = flags.where.map(parseFilter);
      const found = await withDatabase("search", { ...flags, mustExist: true }, async ({ database }) => {
        await requireCatalog(database);
        const limit = flags.count ? 0 : flags.limit;
        return searchNodes(database, { filters, limit, ...(dataset === undefined ? {} : { dataset }) });
      });
      if (flags.json) {
        printJson(flags.count ? { count: found.count } : found);
        return;
      }
      if (flags.count) {
        printResult(String(found.count));
        return;
      }
      for (const node of found.nodes) printResult(formatFound(node));
      if (!flags.quiet) printNotice(`${plural(found.count, "match").replace("matchs", "matches")}`);
    });
}

/** The path, then the scalars of the metadata but for locators, which say where files lie. */
function formatFound({ path, metadata }: FoundNode): string {
  const scalars = Object.entries(metadata)
    .filter(([key, value]) => typeof value !== "object" && !/^(path|dataset|index)_/.test(key))
    .map(([key, value]) => `${key}=${String(value)}`);
  return `${path}  ${scalars.join(" ")}`;
}
