// copycat search: finds nodes by what they hold.

import type { Command } from "commander";
import { requireCatalog } from "../../catalog/index.ts";
import { reportMissing, withCatalogs } from "../openTargets.ts";
import { dsnOption, jsonOption, option, quietOption, targetsOption, wholeNumber } from "../options.ts";
import { withDatabase } from "../withDatabase.ts";
import { findInCatalog, findInTargets } from "./search/finder.ts";
import { printSearch } from "./search/print.ts";
import { readQuery, type SearchFlags } from "./search/query.ts";

const language = `
Filters, as --where takes them:
  KEY OP VALUE              OP is one of = != < <= > >=, such as Ja_meV > 0.5 or instrument.name = SEQ
  KEY between A and B       both ends included
  KEY in (A, B, C)          one of them
  KEY like 'Ni%'            a text that fits: % is any characters, _ is one
  KEY contains TEXT         a part of a text, or an element of a list
  has KEY                   the key is there
  text 'two words'          all of the words, in whatever texts of the metadata
  spec NAME, family array   what kind of node it is
  key in (H_1, H_2)         its own key, the end of its path
  and, or, not, ( )         as usual; not finds all others, those without the key as well

A value is JSON (0.5, true, null, [1, 2]) or a text. Quote a text that holds parentheses, and, or:
"salt and pepper", 'it''s'. Quote odd keys: "odd key"."sub.key" = 1. A dot leads into nested metadata.
Only values of the same type are compared: the text "0.9" is neither above nor below 0.5.

Examples:
  copycat search VDP --where 'Ja_meV > 0.5 and (material = NiPS3 or not has Dc_meV)' --sort -Ja_meV
  copycat search --source VDP --count                 over all datasets
  copycat search --under VDP --family array --limit 5 at any depth
  copycat search VDP --in 'material=NiPS3,MnPS3' --distinct spin_s
  copycat search VDP --all --ndjson > nodes.ndjson    everything, a node a line
  copycat search --targets targets.yaml --sort Ja_meV over the datasets of several servers`;

const collected = (text: string, before: string[]): string[] => [...before, text];

export function addSearchCommand(program: Command): void {
  const command = program
    .command("search")
    .description("Find nodes by what they hold, in one dataset or over all.")
    .argument("[dataset]", "path of a dataset; the entities of all datasets when left out");
  addConditions(command);
  addAnswers(command);
  command
    .addOption(dsnOption())
    .addOption(targetsOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText("after", language)
    .action(async (dataset: string | undefined, flags: SearchFlags) => {
      // Before a server is started for what cannot be read.
      const query = readQuery(dataset, flags);
      if (flags.targets !== undefined) {
        const { targets, quiet } = flags;
        return withCatalogs("search", { targets, quiet }, async (opened) => {
          reportMissing(opened, await printSearch(findInTargets(opened), query, flags));
        });
      }
      await withDatabase("search", { ...flags, mustExist: true }, async ({ database }) => {
        await requireCatalog(database);
        await printSearch(findInCatalog(database), query, flags);
      });
    });
}

/** Which nodes: all of these must hold. */
function addConditions(command: Command): void {
  command
    .addOption(
      option("--where <filter>", "a filter, as below; may be given several times")
        .argParser(collected)
        .default([], "all nodes"),
    )
    .addOption(option("--text <words>", "all of these words, in whatever texts of the metadata", "any"))
    .addOption(
      option("--in <key=values>", "one of the values, with commas between them; may be given several times")
        .argParser(collected)
        .default([], "any"),
    )
    .addOption(
      option("--has <key>", "the key is there; may be given several times")
        .argParser(collected)
        .default([], "any"),
    )
    .addOption(option("--source <label>", "the label that tells modalities apart", "all"))
    .addOption(option("--spec <name>", "a spec of the node", "any"))
    .addOption(option("--family <name>", "its structure family, such as array", "any"))
    .addOption(option("--under <path>", "all that lies under a container, at any depth", "one level"));
}

/** What is told of them. */
function addAnswers(command: Command): void {
  command
    .addOption(
      option("--sort <key>", "order by a key; -KEY for the largest first; may be given several times")
        .argParser(collected)
        .default([], "as they were made"),
    )
    .addOption(
      option("--limit <n>", "print so many at most", "20 nodes, 1000 values, 100 of each facet").argParser(
        wholeNumber(0),
      ),
    )
    .addOption(option("--after <cursor>", "go on after a page: its `next`", "from the start"))
    .addOption(option("--all", "print all nodes").default(false).conflicts(["limit", "after"]))
    .addOption(option("--count", "print the number of matches only").default(false))
    .addOption(
      option("--distinct <key>", "print the values of a key, and how often each is there", "nodes").conflicts(
        ["count", "facets"],
      ),
    )
    .addOption(
      option("--facets <keys>", "the same for several keys, with commas between them", "nodes").conflicts(
        "count",
      ),
    )
    .addOption(
      option("--ndjson", "print one JSON object a line for each node")
        .default(false)
        .conflicts(["count", "distinct", "facets"]),
    );
}
