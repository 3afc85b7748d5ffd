// copycat locators: where the arrays of a dataset lie, for those who open the files themselves.

import type { Command } from "commander";
import { requireCatalog } from "../../catalog/ensureCatalog.ts";
import {
  type LocatorFormat,
  listLocators,
  locatorFormats,
  locatorsCsv,
  locatorsJson,
  locatorsNdjson,
  writeLocators,
} from "../../catalog/read/index.ts";
import { CopycatError } from "../../errors.ts";
import { dsnOption, jsonOption, option, quietOption, targetsOption } from "../options.ts";
import { plural, printJson, printLines, printNotice } from "../output.ts";
import { askHolder } from "../withTargets.ts";

interface LocatorFlags {
  dsn?: string;
  targets?: string;
  artifact?: string;
  format?: LocatorFormat;
  out?: string;
  json: boolean;
  quiet: boolean;
}

const examples = `
Examples:
  copycat locators VDP --artifact mh_powder_30T             one JSON object a line
  copycat locators VDP --out vdp.parquet                    for pandas, DuckDB or polars
  copycat locators EDRIXS --format csv | head

Each line has entity, artifact, file, num (of several files), dataset, slice, index (its row), shape, dtype.`;

export function addLocatorsCommand(program: Command): void {
  program
    .command("locators")
    .description("List where the arrays of a dataset lie: file, data set, slice, shape and type.")
    .argument("<dataset>", "path of a dataset, such as VDP")
    .addOption(option("--artifact <type>", "only this array of each entity", "all"))
    .addOption(
      option("--format <format>", "how to print or write them", "what --out says, else ndjson").choices(
        locatorFormats,
      ),
    )
    .addOption(option("--out <file>", "write to this file: .ndjson, .csv or .parquet", "print"))
    .addOption(dsnOption())
    .addOption(targetsOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText("after", examples)
    .action(async (dataset: string, flags: LocatorFlags) => {
      const { artifact, format, out, json, quiet } = flags;
      if (format === "parquet" && out === undefined) {
        throw new CopycatError("USAGE", "Parquet is not for a terminal; name a file with --out.");
      }
      if (json && out === undefined && format !== undefined) {
        throw new CopycatError("USAGE", "--json prints one JSON document; leave --format out, or add --out.");
      }
      await askHolder("locators", { ...flags, mustExist: true }, dataset, async ({ database }) => {
        await requireCatalog(database);
        const locators = listLocators(database, dataset, artifact === undefined ? {} : { artifact });
        if (out === undefined) {
          const lines = json ? locatorsJson : format === "csv" ? locatorsCsv : locatorsNdjson;
          await printLines(lines(locators));
          return;
        }
        const count = await writeLocators(locators, out, format);
        if (json) printJson({ file: out, locators: count });
        else if (!quiet) printNotice(`${plural(count, "locator")} in ${out}`);
      });
    });
}
