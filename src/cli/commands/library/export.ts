// copycat library export: every file of a library, one a line.

import type { Command } from "commander";
import { CopycatError } from "../../../errors.ts";
import {
  type ExportFormat,
  exportFormats,
  fileJson,
  fileLines,
  type LibraryFile,
} from "../../../library/index.ts";
import { option } from "../../options.ts";
import { printJsonList, printLines } from "../../output.ts";
import { addLibraryOptions, type LibraryFlags, withLibrary } from "./shared.ts";

interface ExportFlags extends LibraryFlags {
  format: ExportFormat;
  all: boolean;
  safeForSpreadsheets: boolean;
}

const help = `
Paths are relative to the library's folder; bytes that are not UTF-8 are written as \\xNN, a backslash as two. Tables for
DuckDB, pandas or a spreadsheet: --format csv. Texts are written as they are, also such as begin with =, +, - or @, which a
spreadsheet runs as formulas: --safe-for-spreadsheets puts an apostrophe before them, so that nobody's tags run there.

Examples:
  copycat library export > files.ndjson
  copycat library export --format csv > files.csv
  copycat library export --format csv --safe-for-spreadsheets > for-excel.csv
  copycat library export --all | grep '"state":"missing"'`;

export function addExportCommand(library: Command): void {
  const command = library
    .command("export")
    .description("Print every file with all that is known of it, one a line, in order of their paths.")
    .addOption(
      option("--format <format>", "how to print them")
        .choices([...exportFormats])
        .default("ndjson"),
    )
    .addOption(option("--all", "also files that are missing").default(false))
    .addOption(
      option(
        "--safe-for-spreadsheets",
        "with --format csv: no text is a formula; changes such texts",
      ).default(false),
    );
  addLibraryOptions(command, help).action(async (flags: ExportFlags) => {
    const { format, safeForSpreadsheets } = flags;
    if (safeForSpreadsheets && (format !== "csv" || flags.json)) {
      throw new CopycatError(
        "USAGE",
        "--safe-for-spreadsheets is for --format csv; no other format has formulas.",
      );
    }
    await withLibrary(flags, async (opened) => {
      const files = opened.listFiles({ activeOnly: !flags.all });
      if (flags.json) {
        let count = 0;
        await printJsonList(
          "files",
          counted(files, () => count++),
          () => ({ count }),
        );
      } else await printLines(fileLines(files, format, { safeForSpreadsheets }));
    });
  });
}

async function* counted(files: AsyncIterable<LibraryFile>, tell: () => void): AsyncGenerator<object> {
  for await (const file of files) {
    tell();
    yield fileJson(file);
  }
}
