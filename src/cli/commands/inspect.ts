// copycat inspect: a draft dataset YAML for files that nobody has described yet.

import { stat, writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { shellWord } from "../../catalog/promoted/target.ts";
import { CopycatError, errorCode, errorMessage } from "../../errors.ts";
import {
  defaultSample,
  type Findings,
  formatDraft,
  type InspectProgress,
  inspectFiles,
} from "../../ingest/index.ts";
import { jsonOption, option, quietOption, wholeNumber } from "../options.ts";
import { formatCount, plural, printJson, printResult } from "../output.ts";
import { programName } from "../programName.ts";
import { makeProgressLine } from "../progressLine.ts";

interface InspectFlags {
  sample: number;
  out?: string;
  label?: string;
  key?: string;
  json: boolean;
  quiet: boolean;
}

const examples = `
Examples:
  copycat inspect /data/scans --out scans.yaml && copycat ingest scans.yaml --dry-run
  copycat inspect /data/scans --sample 200 --json
  copycat inspect scan.h5 --label "Scan 7"

The draft says in comments what was seen (types, shapes, ranges) and what it is not sure of. Nothing is changed.`;

export function addInspectCommand(program: Command): void {
  program
    .command("inspect")
    .description("Look at HDF5 files and draft the dataset YAML that describes them.")
    .argument("<path>", "folder of HDF5 files, any depth, or one HDF5 file")
    .addOption(
      option("--sample <n>", "how many files of a folder are looked at, evenly spread")
        .argParser(wholeNumber(1))
        .default(defaultSample),
    )
    .addOption(option("--out <file>", "where the draft goes, a new .yaml file", "standard output"))
    .addOption(option("--label <label>", "label of the dataset", "name of the folder or file"))
    .addOption(option("--key <key>", "key of the dataset's container", "the label in capitals"))
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText("after", examples)
    .action(runInspect);
}

async function runInspect(path: string, flags: InspectFlags): Promise<void> {
  if (flags.out !== undefined) await refuseUnfit(flags.out);
  const progress = makeProgressLine(process.stderr, flags.quiet, formatInspectProgress);
  try {
    const findings = await inspectFiles(path, {
      sample: flags.sample,
      onProgress: progress.show,
      ...(flags.label === undefined ? {} : { label: flags.label }),
      ...(flags.key === undefined ? {} : { key: flags.key }),
    });
    const draft = formatDraft(findings, flags.out);
    if (flags.out !== undefined) await writeNew(flags.out, draft);
    progress.clear();
    if (flags.json) printJson({ file: flags.out ?? null, ...findings });
    else printResult(flags.out === undefined ? draft.trimEnd() : summary(findings, flags.out));
  } catch (error) {
    progress.clear();
    throw error;
  }
}

/** Before any file is read. `ingest` knows a description by its ending. */
async function refuseUnfit(file: string): Promise<void> {
  if (!/\.ya?ml$/i.test(file)) {
    throw new CopycatError(
      "USAGE",
      `Name ${file} with the ending .yaml, by which ingest knows a description.`,
    );
  }
  if ((await stat(file).catch(() => null)) !== null) throw isThereAlready(file);
}

async function writeNew(file: string, draft: string): Promise<void> {
  try {
    await writeFile(file, draft, { flag: "wx" });
  } catch (error) {
    if (errorCode(error) === "EEXIST") throw isThereAlready(file);
    throw new CopycatError("UNREADABLE_SOURCE", `Cannot write ${file}: ${errorMessage(error)}.`, {
      cause: error,
    });
  }
}

function isThereAlready(file: string): CopycatError {
  return new CopycatError("USAGE", `${file} is there already; name another file, or remove it first.`);
}

function formatInspectProgress({ done, total }: InspectProgress): string {
  return `inspected ${formatCount(done)}/${plural(total, "file")}`;
}

function summary({ layout, artifacts, parameters, files, unsure }: Findings, out: string): string {
  const found = `${plural(artifacts.length, "artifact")}, ${plural(parameters.found.length, "parameter")}`;
  return [
    `${out}: layout ${layout}, ${found}, from ${formatCount(files.sampled)} of ${plural(files.total, "file")}`,
    ...unsure.map((reason) => `  unsure: ${reason}`),
    ...(files.unreadable.length > 0 ? [`  ${plural(files.unreadable.length, "file")} cannot be read`] : []),
    ...(files.others.length > 0 ? [`  ${plural(files.others.length, "file")} of another kind left out`] : []),
    "Next:",
    "  # read it and mend it, then see what it would do",
    `  ${programName()} ingest ${shellWord(out)} --dry-run`,
  ].join("\n");
}
