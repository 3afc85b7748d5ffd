// copycat read: the values of an array.

import type { Command } from "commander";
import { requireCatalog } from "../../catalog/ensureCatalog.ts";
import {
  type ArrayFormat,
  arrayLines,
  arrayPieces,
  arrayTable,
  type CatalogArray,
  describeArray,
  formatOfName,
  readArray,
  writeArray,
} from "../../catalog/read/index.ts";
import { CopycatError } from "../../errors.ts";
import { dataTypeName, openHdf5Reader, parseSlice } from "../../hdf5/index.ts";
import { canvas } from "../canvas.ts";
import { dsnOption, jsonOption, option, quietOption, targetsOption } from "../options.ts";
import { formatCount, printJson, printLines, printNotice, printPieces, printResult } from "../output.ts";
import { plotArray } from "../plot.ts";
import { askHolder } from "../withTargets.ts";

interface ReadFlags {
  dsn?: string;
  targets?: string;
  slice: string;
  out?: string;
  format?: ArrayFormat | "table";
  plot: boolean;
  json: boolean;
  quiet: boolean;
}

const examples = `
Examples:
  copycat read VDP/H_0001/mh_powder_30T                     a short table
  copycat read VDP/H_0001/mh_powder_30T --plot              look before you compute
  copycat read VDP/H_0001/ins_12meV --slice '0:10,:' --format csv
  copycat read VDP/H_0001/ins_12meV --out map.npy           for numpy.load`;

export function addReadCommand(program: Command): void {
  program
    .command("read")
    .description("Read an array, or a part of it, from the HDF5 file behind a node.")
    .argument("<path>", "keys from the root, such as VDP/H_0001/mh_powder_30T")
    .addOption(
      option("--slice <slice>", "part to read, as numpy writes it: '0:10,:', '-1', '::2', '...,0'").default(
        "",
        "all",
      ),
    )
    .addOption(option("--out <file>", "write to this file: .npy, .csv, .tsv or .json", "print"))
    .addOption(
      option("--format <format>", "how to print or write it", "what --out says, else table").choices([
        "table",
        "csv",
        "tsv",
        "json",
        "npy",
      ]),
    )
    .addOption(option("--plot", "draw one axis as a line, two as a map").default(false))
    .addOption(dsnOption())
    .addOption(targetsOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText("after", examples)
    .action(async (path: string, flags: ReadFlags) => {
      const format = chooseFormat(flags);
      // Before a server is started for it.
      parseSlice(flags.slice);
      const array = await askHolder("read", { ...flags, mustExist: true }, path, async ({ database }) => {
        await requireCatalog(database);
        // Nothing else waits for this process: a thread would start for longer than most arrays take.
        const reader = openHdf5Reader({ blockMs: Number.POSITIVE_INFINITY });
        return readArray(database, path, { slice: flags.slice, reader });
      });
      await show(array, format, flags);
    });
}

type Format = NonNullable<ReadFlags["format"]>;

function chooseFormat({ out, format, plot, json }: ReadFlags): Format {
  const fail = (message: string): never => {
    throw new CopycatError("USAGE", message);
  };
  if (out !== undefined) {
    const chosen = format ?? formatOfName(out);
    if (chosen === null)
      return fail(`${out} does not say its format. End its name with .npy, .csv, .tsv or .json.`);
    return chosen === "table"
      ? fail("A table is for reading on a terminal; --out takes csv, tsv, json or npy.")
      : chosen;
  }
  if (plot && (json || format !== undefined))
    return fail("--plot draws; leave --json and --format out, or add --out.");
  if (json && format !== undefined && format !== "json")
    return fail("--json and --format contradict each other.");
  const chosen = json ? "json" : (format ?? "table");
  if (chosen === "npy" && process.stdout.isTTY) {
    return fail("npy is not for a terminal; name a file with --out, or pipe it on.");
  }
  return chosen;
}

async function show(array: CatalogArray, format: Format, flags: ReadFlags): Promise<void> {
  const { out, plot, json, quiet } = flags;
  const { path, shape, dataType } = array;
  if (!quiet && !json && format !== "json") printNotice(`${path}: ${describeArray(array)}`);
  if (out !== undefined && format !== "table") {
    const bytes = await writeArray(array, out, format);
    if (json) printJson({ path, shape, dtype: dataTypeName(dataType), file: out, format, bytes });
    else if (!quiet) printNotice(`${formatCount(bytes)} bytes in ${out}`);
  }
  if (plot) printResult(plotArray(array, canvas()));
  else if (out === undefined) await print(array, format);
}

async function print(array: CatalogArray, format: Format): Promise<void> {
  if (format === "table") printResult(arrayTable(array, process.stdout.columns || 80));
  else if (format === "csv" || format === "tsv")
    await printLines(arrayLines(array, format === "csv" ? "," : "\t"));
  else await printPieces(arrayPieces(array, format));
}
