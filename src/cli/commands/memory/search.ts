// copycat memory search: the nearest entries, or those that hold some words.

import type { Command } from "commander";
import { CopycatError } from "../../../errors.ts";
import {
  type FoundEntry,
  type SearchOptions,
  searchMemory,
  searchMemoryWords,
} from "../../../memory/index.ts";
import { excerpt } from "../../excerpt.ts";
import { dsnOption, jsonOption, option, quietOption, wholeNumber } from "../../options.ts";
import { makeLog, printJson, printResult } from "../../output.ts";
import {
  jsonObject,
  type MemoryFlags,
  namespaceOption,
  parseEntryName,
  parseVector,
  readVector,
  schemaOption,
  withStore,
} from "./shared.ts";

interface SearchFlags extends MemoryFlags {
  vector?: string;
  key?: string;
  limit: number;
  namespace?: string;
  minSimilarity?: number;
  where?: Record<string, unknown>;
  tag: string[];
  includeSelf: boolean;
}

const examples = `
Examples:
  copycat memory search --key patterns/cve-status --limit 5
  copycat memory search --vector question.json --namespace patterns --min-similarity 0.7
  embed "how do we rotate keys?" | copycat memory search --vector -
  copycat memory search 'security audit' --tag reviewed --where '{"lang": "en"}'`;

export function addSearchCommand(memory: Command): void {
  memory
    .command("search")
    .description("Find entries by the cosine of their embeddings to a vector or an entry, or by words.")
    .argument("[text]", "words that all stand in key or value; a JSON list of numbers is a vector")
    .addOption(option("--vector <file>", "file with a JSON list of numbers, or - for stdin", "none"))
    .addOption(option("--key <ns/key>", "an entry whose embedding is searched by", "none"))
    .addOption(
      option("--limit <n>", "print so many at most, up to 1000").argParser(wholeNumber(1)).default(10),
    )
    .addOption(namespaceOption())
    .addOption(
      option(
        "--min-similarity <cosine>",
        "leave out what is less similar, from -1 to 1",
        "none is left out",
      ).argParser(Number),
    )
    .addOption(
      option("--where <json>", "only entries whose metadata contain this object", "all").argParser(
        jsonObject,
      ),
    )
    .addOption(
      option("--tag <tag>", "only entries with this tag; may be given several times")
        .argParser((text: string, before: string[]) => [...before, text])
        .default([], "all"),
    )
    .addOption(option("--include-self", "with --key, the entry itself as well").default(false))
    .addOption(dsnOption())
    .addOption(schemaOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText("after", examples)
    .action(async (text: string | undefined, flags: SearchFlags) => {
      const results = await search(text, flags);
      if (flags.json) {
        printJson({ count: results.length, results });
        return;
      }
      for (const found of results) printResult(formatFound(found));
      if (results.length === 0) makeLog(flags.quiet).notice("Nothing was found.");
    });
}

type Found = Omit<FoundEntry, "similarity"> & { similarity?: number };

async function search(text: string | undefined, flags: SearchFlags): Promise<Found[]> {
  const given = [text, flags.vector, flags.key].filter((one) => one !== undefined);
  if (given.length !== 1) {
    throw new CopycatError("USAGE", "Name one thing to search by: words, --vector FILE, or --key NS/KEY.");
  }
  const filters = {
    schema: flags.schema,
    limit: flags.limit,
    ...(flags.namespace === undefined ? {} : { namespace: flags.namespace }),
    ...(flags.where === undefined ? {} : { metadata: flags.where }),
    ...(flags.tag.length === 0 ? {} : { tags: flags.tag }),
  };
  const vector =
    flags.vector === undefined ? parseVector(text ?? "") : await readVector(flags.vector, process.stdin);
  return withStore(flags, async ({ database }) => {
    if (vector === null && flags.key === undefined) {
      const { notice } = makeLog(flags.quiet);
      notice("Searched by words: no model is built in that makes vectors of text; --vector takes one.");
      return searchMemoryWords(database, text ?? "", filters);
    }
    const by: Pick<SearchOptions, "vector" | "key"> =
      flags.key === undefined ? { vector: vector ?? [] } : { key: parseEntryName(flags.key) };
    return searchMemory(database, {
      ...filters,
      ...by,
      includeSelf: flags.includeSelf,
      ...(flags.minSimilarity === undefined ? {} : { minSimilarity: flags.minSimilarity }),
    });
  });
}

function formatFound({ similarity, namespace, key, value }: Found): string {
  const score = similarity === undefined ? "" : `${similarity.toFixed(3).padStart(6)}  `;
  return `${score}${namespace}/${key}  ${excerpt(value)}`;
}
