// copycat simulation series: an attribute over time.

import type { Command } from "commander";
import { CopycatError } from "../../../errors.ts";
import { type AttributeSeries, type EntityValue, type Time, valuesOf } from "../../../simulation/index.ts";
import { didYouMean } from "../../../suggest.ts";
import { canvas } from "../../canvas.ts";
import { option, wholeNumber } from "../../options.ts";
import { formatCount, makeLog, plural, printLines, printResult } from "../../output.ts";
import { formatTable } from "../../table.ts";
import { dateText, formatValue, isNumeric } from "./format.ts";
import { printSeriesJson } from "./json.ts";
import { addTimedOptions, idList, type ResultFlags, time, withResults } from "./reads.ts";
import { plotSeries } from "./seriesPlot.ts";

interface SeriesFlags extends ResultFlags {
  id?: number[];
  from?: Time;
  to?: Time;
  limit?: number;
  plot: boolean;
  names: boolean;
}

const shownTimes = 40;
/** Columns of about ten characters that fit on a terminal. */
const shownEntities = 8;

const examples = `
Examples:
  copycat simulation series water_net1 water_node_entities fluid.pressure --id 11 --plot
  copycat simulation series water_net1 water_link_entities fluid.flow --plot         a line for each entity
  copycat simulation series water_net1 water_link_entities fluid.flow --id 1001,1013 --from 36000 --to 50000
  copycat simulation series water_net1 water_node_entities fluid.pressure --json > pressure.json`;

export function addSeriesCommand(simulation: Command): void {
  const command = simulation
    .command("series")
    .description("Show an attribute of a group over time: its values after each update of the group.")
    .argument("<dataset>", "one of `simulation list`")
    .argument("<group>", "one of `simulation show`")
    .argument("<attribute>", "one of `simulation show`")
    .addOption(
      option(
        "--id <list>",
        "only these entities, such as 1,2,5; may be given several times",
        "all",
      ).argParser(idList),
    )
    .addOption(
      option("--from <time>", "simulation time or a date, included", "the first update").argParser(time),
    )
    .addOption(
      option("--to <time>", "simulation time or a date, included", "the last update").argParser(time),
    )
    .addOption(option("--plot", "draw one entity as a line, several as a map").default(false))
    .addOption(
      option("--limit <n>", "print so many times at most", `${shownTimes}; with --json all`).argParser(
        wholeNumber(1),
      ),
    )
    .addOption(option("--names", "print the names of enumerated values").default(false));
  addTimedOptions(command, examples).action(
    async (dataset: string, group: string, attribute: string, flags: SeriesFlags) => {
      if (flags.plot && flags.json) throw new CopycatError("USAGE", "--plot draws; leave --json out.");
      const { series, scenario } = await read({ dataset, group, attribute }, flags);
      if (flags.json) {
        const shown = cut(series, flags.limit ?? series.timestamps.length);
        await printSeriesJson({ scenario, dataset, group, attribute }, shown, { asNames: flags.names });
      } else if (flags.plot) printResult(plotSeries(series, canvas()));
      else await print(series, flags);
    },
  );
}

interface Names {
  dataset: string;
  group: string;
  attribute: string;
}

async function read(
  { dataset: name, group, attribute }: Names,
  { id, from, to, ...flags }: SeriesFlags,
): Promise<{ series: AttributeSeries; scenario: string | null }> {
  return withResults(flags, async ({ results, scenario }) => {
    const dataset = await results.getDataset(name);
    const series = await dataset.getSeries(group, attribute, {
      ...(id === undefined ? {} : { ids: id }),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    });
    if (series.timestamps.length > 0) return { series, scenario };
    const known = (await dataset.getAttributes(group)).map((facts) => facts.name);
    throw new CopycatError(
      "NOT_FOUND",
      `${name}.${group} has no attribute ${attribute}${didYouMean(attribute, known)}; it has ${known.join(", ") || "none"}.`,
    );
  });
}

function cut(series: AttributeSeries, count: number): AttributeSeries {
  const { timestamps, dates, data } = series;
  return {
    ...series,
    timestamps: timestamps.slice(0, count),
    dates: dates?.slice(0, count) ?? null,
    data: data.slice(0, count),
  };
}

async function print(
  series: AttributeSeries,
  { limit = shownTimes, names, quiet }: SeriesFlags,
): Promise<void> {
  const { notice } = makeLog(quiet);
  const { timestamps, ids } = series;
  if (timestamps.length > limit) {
    notice(`${formatCount(limit)} of ${plural(timestamps.length, "time")}; --limit shows more.`);
  }
  if (ids.length > shownEntities) {
    notice(
      `${shownEntities} of ${plural(ids.length, "entity", "entities")}; --id chooses others, --json has all.`,
    );
  }
  if (ids.length === 0) notice("There are no entities at these times.");
  else await printLines([table(cut(series, limit), names)]);
}

function table({ timestamps, dates, ids, data }: AttributeSeries, asNames: boolean): string {
  const values: EntityValue[][] = data.map((row) => valuesOf(row, { asNames }));
  const isNumber = data[0] !== undefined && isNumeric(data[0], asNames);
  return formatTable<number>(
    [
      { title: "time", text: (row) => String(timestamps[row]), isNumber: true },
      ...(dates === null ? [] : [{ title: "date", text: (row: number) => dateText(dates[row]) }]),
      ...ids.slice(0, shownEntities).map((id, column) => ({
        title: String(id),
        text: (row: number) => formatValue(values[row]?.[column]),
        isNumber,
      })),
    ],
    [...timestamps.keys()],
  );
}
