// copycat simulation export: a scenario as files that other programs read.

import { basename, extname, resolve } from "node:path";
import type { Command } from "commander";
import { ensureCatalog } from "../../../catalog/index.ts";
import { CopycatError } from "../../../errors.ts";
import { publishFile } from "../../../ingest/index.ts";
import {
  type ExportFormat,
  type ExportOptions,
  type ExportReport,
  exportFormats,
  exportSimulation,
  makeTimeline,
  openSimulationResults,
  openSimulationStore,
  type SimulationSource,
  type StateChoice,
  stateChoices,
  type Time,
  type TimelineOptions,
  toTimestamp,
} from "../../../simulation/index.ts";
import { exitCodes } from "../../exitCodes.ts";
import { dsnOption, jsonOption, option, quietOption } from "../../options.ts";
import { makeLog, printJson, printResult } from "../../output.ts";
import { makeProgressLine } from "../../progressLine.ts";
import { abortOnSignals } from "../../signals.ts";
import { type OpenedDatabase, withDatabase } from "../../withDatabase.ts";
import { formatExportProgress, formatExportReport, type Published } from "./exportSummary.ts";
import { onlyScenario, time, withStore } from "./reads.ts";
import { type SimulationFlags, schemaOption } from "./shared.ts";

interface ExportFlags extends SimulationFlags {
  format?: ExportFormat;
  out: string;
  dataset?: string[];
  group?: string[];
  attribute?: string[];
  from?: Time;
  to?: Time;
  initial: boolean;
  states: StateChoice;
  publish?: string | true;
  files?: string;
  force: boolean;
}

const examples = `
Formats:
  json, msgpack    a folder: init_data/DATASET.json, updates/tTIMESTAMP_ITERATION_DATASET.json
  parquet, arrow   a table: timestamp, iteration, dataset, group, id, attribute, value, text, list, text_list, components,
                   origin; a row for each update, entity and attribute. arrows is Arrow's stream
  hdf5             a file: the updates as they are, and states/DATASET/GROUP/ATTRIBUTE over time and id

Examples:
  copycat simulation export flood --format json --out flood
  copycat simulation export flood --out flood.parquet --attribute fluid.pressure --from 3600 --to 7200
  copycat simulation export flood --out flood.h5 --publish      the states in the catalog, where Tiled serves them
  copycat simulation export --files results.db --out results.parquet     without a database

  duckdb -c "select timestamp, avg(value) from 'flood.parquet' where attribute = 'fluid.pressure' group by 1 order by 1"
  python -c "import pandas; print(pandas.read_parquet('flood.parquet'))"
  python -c "import pyarrow.ipc; print(pyarrow.ipc.open_file('flood.arrow').read_all())"
  python -c "import xarray; print(xarray.open_dataset('flood.h5', group='states/roads/segments', engine='h5netcdf'))"

Exit codes: 0 done; 1 failed, nothing written; 2 wrong usage.`;

export function addExportCommand(simulation: Command): void {
  simulation
    .command("export")
    .description("Write a scenario as JSON, MessagePack, Parquet, Arrow or HDF5; or put it into the catalog.")
    .argument("[scenario]", "one of `simulation list`; may be left out where there is only one")
    .addOption(
      option(
        "--out <path>",
        "file to write; of json and msgpack a folder",
        "none: it has to be said",
      ).makeOptionMandatory(),
    )
    .addOption(
      option(
        "--format <format>",
        "what to write",
        "what the name of --out ends in; json for a folder",
      ).choices([...exportFormats]),
    )
    .addOption(option("--dataset <name...>", "only these datasets", "all"))
    .addOption(option("--group <name...>", "only these groups of entities", "all"))
    .addOption(option("--attribute <name...>", "only these attributes, and ids", "all"))
    .addOption(
      option("--from <time>", "simulation time or a date, included", "the first update").argParser(time),
    )
    .addOption(
      option("--to <time>", "simulation time or a date, included", "the last update").argParser(time),
    )
    .addOption(
      option("--initial", "parquet, arrow: rows of the initial datasets, too, with no timestamp").default(
        false,
      ),
    )
    .addOption(
      option("--states <which>", "hdf5: full states over time; auto: up to 50 million values")
        .choices([...stateChoices])
        .default("auto"),
    )
    .addOption(
      option(
        "--publish [key]",
        "hdf5: also put the file into the catalog, as a container of this key (default: the scenario's name)",
      ),
    )
    .addOption(
      option("--files <path>", "read a folder, an SQLite or an HDF5 file instead of the database", "none"),
    )
    .addOption(option("--force", "replace what is there").default(false))
    .addOption(dsnOption())
    .addOption(schemaOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText("after", examples)
    .action(async (scenario: string | undefined, flags: ExportFlags) => {
      process.exitCode = await runExport(scenario, flags);
    });
}

async function runExport(named: string | undefined, flags: ExportFlags): Promise<number> {
  const chosen = makeOptions(flags);
  const progress = makeProgressLine(process.stderr, flags.quiet, formatExportProgress);
  const log = makeLog(flags.quiet);
  const { signal, release } = abortOnSignals(() => log.notice("\nStopping; nothing is written."));
  const write = async (source: SimulationSource, more: Partial<ExportOptions>): Promise<ExportReport> => {
    const options = { ...chosen, ...more, signal, onProgress: progress.show };
    const report = await exportSimulation(source, options);
    progress.clear();
    return report;
  };
  const publish = async (opened: OpenedDatabase, scenario: string): Promise<Published | null> => {
    if (flags.publish === undefined) return null;
    const key = flags.publish === true ? scenario : flags.publish;
    await ensureCatalog(opened.database);
    const published = await publishFile(opened.database, { file: flags.out, key, mark, signal, log });
    return { key, published, dsnArgument: opened.dsnArgument };
  };
  try {
    return flags.files === undefined
      ? await fromStore(named, { flags, write, publish })
      : await fromFiles(named, { flags, files: flags.files, write, publish });
  } finally {
    progress.clear();
    release();
  }
}

/** An attribute of the files that may be renewed in the catalog. */
const mark = ["format", "copycat-simulation"] as const;

interface ExportJob {
  flags: ExportFlags;
  write(source: SimulationSource, more: Partial<ExportOptions>): Promise<ExportReport>;
  publish(opened: OpenedDatabase, scenario: string): Promise<Published | null>;
}

function fromStore(named: string | undefined, { flags, write, publish }: ExportJob): Promise<number> {
  return withStore(flags, async (opened) => {
    const { schema } = flags;
    const scenario = named ?? (await onlyScenario(opened.database, schema, "by its NAME"));
    const store = await openSimulationStore(opened.database, { schema, scenario, create: false });
    const { timeline } = await store.describe();
    const report = await write(store, { scenario, timeline, ...windowOf(flags, timeline) });
    return print(flags, report, await publish(opened, scenario));
  });
}

async function fromFiles(
  named: string | undefined,
  { flags, files, write, publish }: ExportJob & { files: string },
): Promise<number> {
  const scenario = named ?? basename(resolve(files), extname(files));
  const source = await openSimulationResults(files);
  let report: ExportReport;
  try {
    report = await write(source, { scenario, ...windowOf(flags, null) });
  } finally {
    await source.close();
  }
  if (flags.publish === undefined) return print(flags, report, null);
  return withDatabase("simulation export", flags, async (opened) =>
    print(flags, report, await publish(opened, scenario)),
  );
}

function print(flags: ExportFlags, report: ExportReport, publication: Published | null): number {
  if (flags.json) {
    const { key, published } = publication ?? {};
    printJson({ ...report, ...(published === undefined ? {} : { published: { key, ...published } }) });
  } else printResult(formatExportReport(report, publication));
  return (publication?.published.nodes.rejected ?? 0) === 0 ? exitCodes.ok : exitCodes.rejects;
}

const formatsByName: Record<string, ExportFormat> = {
  ...{ "": "json", ".parquet": "parquet", ".arrow": "arrow", ".feather": "arrow", ".arrows": "arrows" },
  ...{ ".h5": "hdf5", ".hdf5": "hdf5", ".nc": "hdf5" },
};

function makeOptions(flags: ExportFlags): ExportOptions {
  const format = flags.format ?? formatsByName[extname(flags.out).toLowerCase()];
  if (format === undefined) {
    throw new CopycatError(
      "USAGE",
      `What is ${flags.out} to be? Name one of --format ${exportFormats.join(", ")}.`,
    );
  }
  if (flags.publish !== undefined && format !== "hdf5") {
    throw new CopycatError(
      "USAGE",
      `--publish needs an HDF5 file; this one is ${format}. Name --out FILE.h5.`,
    );
  }
  return {
    format,
    path: flags.out,
    force: flags.force,
    initial: flags.initial,
    states: flags.states,
    ...(flags.dataset === undefined ? {} : { datasets: flags.dataset }),
    ...(flags.group === undefined ? {} : { groups: flags.group }),
    ...(flags.attribute === undefined ? {} : { attributes: flags.attribute }),
  };
}

/** Dates are those of the scenario. */
function windowOf({ from, to }: ExportFlags, timeline: TimelineOptions | null): Partial<ExportOptions> {
  const resolved = timeline === null ? null : makeTimeline(timeline);
  return {
    ...(from === undefined ? {} : { from: toTimestamp(from, resolved) }),
    ...(to === undefined ? {} : { to: toTimestamp(to, resolved) }),
  };
}
