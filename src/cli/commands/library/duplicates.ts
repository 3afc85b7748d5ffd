// copycat library duplicates: what the library has more than once, and how sure that is.

import { type Command, InvalidArgumentError } from "commander";
import { CopycatError } from "../../../errors.ts";
import { type DuplicateGroup, findDuplicates } from "../../../library/index.ts";
import { option } from "../../options.ts";
import { printJsonList, printLines } from "../../output.ts";
import { DuplicateCounter, extraBytes, formatGroup } from "./duplicateReport.ts";
import { fileFacts } from "./format.ts";
import {
  addLibraryOptions,
  fuzzyArtistsOption,
  type LibraryFlags,
  thresholdOption,
  withLibrary,
} from "./shared.ts";

const ways = ["tags", "content", "audio", "full", "fuzzy"] as const;

interface DuplicatesFlags extends LibraryFlags {
  by: (typeof ways)[number][];
  threshold: number;
  fuzzyArtists: boolean;
}

const help = `
tags      same artist and title: may be one recording in two formats, or two recordings of one song
content   same size and same sample of the content: very likely the same file, and no proof
audio     same audio under other tags, where the format tells
full      all bytes are the same, by SHA-256: needs files that were scanned with --full-hash
fuzzy     same artist, and titles that are alike from --threshold on; with --fuzzy-artists also artists who are nearly the same

This is a report: nothing is deleted. Only files whose bytes were all compared are called identical. A file may be in several
groups: each has extraBytes of its own in --json, all its files but the largest, while the totals count every file once.

Examples:
  copycat library duplicates
  copycat library duplicates --by content,full
  copycat library duplicates --by fuzzy --threshold 0.9
  copycat library duplicates --by fuzzy --fuzzy-artists --threshold 0.7
  copycat library duplicates --json`;

export function addDuplicatesCommand(library: Command): void {
  const command = library
    .command("duplicates")
    .description("Report files that the library has more than once: groups, what is certain, sizes.")
    .addOption(
      option("--by <ways>", "what is compared: tags, content, audio, full, fuzzy, with commas between")
        .argParser(waysOf)
        .default([...ways], "all"),
    )
    .addOption(thresholdOption())
    .addOption(fuzzyArtistsOption());
  addLibraryOptions(command, help).action(async (flags: DuplicatesFlags) => {
    const { threshold, fuzzyArtists } = flags;
    if (fuzzyArtists && !flags.by.includes("fuzzy")) {
      throw new CopycatError("USAGE", "--fuzzy-artists compares titles that are alike: add fuzzy to --by.");
    }
    const by = flags.by.map((way) => (way === "tags" ? "metadata" : way));
    await withLibrary(flags, async (opened) => {
      const groups = findDuplicates(opened, { by, threshold, fuzzyArtists });
      const counter = new DuplicateCounter();
      if (flags.json) await printJsonList("groups", asJson(groups, counter), () => counter.counts);
      else await printLines(asText(groups, counter));
    });
  });
}

function waysOf(text: string): DuplicatesFlags["by"] {
  return text.split(",").map((word) => {
    const way = ways.find((known) => known === word.trim());
    if (way === undefined) throw new InvalidArgumentError(`expected ${ways.join(", ")}`);
    return way;
  });
}

async function* asJson(
  groups: AsyncIterable<DuplicateGroup>,
  counter: DuplicateCounter,
): AsyncGenerator<object> {
  for await (const group of groups) {
    counter.add(group);
    const { files, ...facts } = group;
    yield { ...facts, extraBytes: extraBytes(group.files), files: files.map(fileFacts) };
  }
}

async function* asText(
  groups: AsyncIterable<DuplicateGroup>,
  counter: DuplicateCounter,
): AsyncGenerator<string> {
  for await (const group of groups) {
    counter.add(group);
    yield formatGroup(group);
    yield "";
  }
  yield* counter.summary();
}
