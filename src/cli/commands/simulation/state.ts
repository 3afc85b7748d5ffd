// copycat simulation state: a group at one time.

import type { Command } from "commander";
import { firstEntities, type GroupState, type Time, valuesOf } from "../../../simulation/index.ts";
import { option, wholeNumber } from "../../options.ts";
import { formatCount, makeLog, plural, printResult } from "../../output.ts";
import { formatTable } from "../../table.ts";
import { formatValue, isNumeric } from "./format.ts";
import { printStateJson } from "./json.ts";
import { addTimedOptions, idList, type ResultFlags, time, withResults } from "./reads.ts";

interface StateFlags extends ResultFlags {
  at?: Time;
  attribute: string[];
  ids?: number[];
  limit?: number;
  names: boolean;
}

/** Lines that fit on a terminal, with a prompt above and below. */
const shownEntities = 40;

const examples = `
Examples:
  copycat simulation state water_net1 water_node_entities --at 3600
  copycat simulation state water_net1 water_link_entities --at 45154 --attribute fluid.flow --ids 1001,1013
  copycat simulation state water_net1 water_node_entities --reference 2020-01-01 --at '2020-01-01 12:00'
  copycat simulation state water_net1 water_node_entities --files water_net1 --json > state.json`;

export function addStateCommand(simulation: Command): void {
  const command = simulation
    .command("state")
    .description(
      "Show all entities of a group as they are at a time: how they began, and all updates up to it.",
    )
    .argument("<dataset>", "one of `simulation list`")
    .argument("<group>", "one of `simulation show`")
    .addOption(
      option(
        "--at <time>",
        "simulation time or a date; updates of that moment are in it",
        "the end",
      ).argParser(time),
    )
    .addOption(
      option("--attribute <name>", "only this attribute; may be given several times")
        .argParser((text: string, before: string[]) => [...before, text])
        .default([], "all"),
    )
    .addOption(option("--ids <list>", "only these entities, such as 1,2,5", "all").argParser(idList))
    .addOption(
      option("--limit <n>", "print so many entities at most", `${shownEntities}; with --json all`).argParser(
        wholeNumber(1),
      ),
    )
    .addOption(option("--names", "print the names of enumerated values").default(false));
  addTimedOptions(command, examples).action(async (dataset: string, group: string, flags: StateFlags) => {
    const { state, scenario } = await read(dataset, group, flags);
    const { notice } = makeLog(flags.quiet);
    const limit = flags.limit ?? (flags.json ? state.ids.length : shownEntities);
    if (state.ids.length > limit) {
      notice(
        `${formatCount(limit)} of ${plural(state.ids.length, "entity", "entities")}; --limit shows more.`,
      );
    }
    const shown = firstEntities(state, limit);
    if (flags.json) {
      const head = { scenario, dataset, group, timestamp: state.timestamp };
      await printStateJson(head, shown, { asNames: flags.names });
    } else if (shown.ids.length > 0) printResult(table(shown, flags.names));
    else notice("There are no entities at that time.");
  });
}

async function read(
  name: string,
  group: string,
  { at, attribute, ids, ...flags }: StateFlags,
): Promise<{ state: GroupState; scenario: string | null }> {
  return withResults(flags, async ({ results, scenario }) => {
    const dataset = await results.getDataset(name);
    const state = await dataset.getState(group, {
      ...(at === undefined ? {} : { at }),
      ...(attribute.length === 0 ? {} : { attributes: attribute }),
      ...(ids === undefined ? {} : { ids }),
    });
    return { state, scenario };
  });
}

function table({ ids, attributes }: GroupState, asNames: boolean): string {
  const columns = [...attributes].map(([title, values]) => ({
    title,
    values: valuesOf(values, { asNames }),
    isNumber: isNumeric(values, asNames),
  }));
  return formatTable<number>(
    [
      { title: "id", text: (row) => String(ids[row]), isNumber: true },
      ...columns.map(({ title, values, isNumber }) => ({
        title,
        text: (row: number) => formatValue(values[row]),
        isNumber,
      })),
    ],
    [...ids.keys()],
  );
}
