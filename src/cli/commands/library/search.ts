// copycat library search: files by words and tags.

import { type Command, InvalidArgumentError } from "commander";
import { fileJson, type SearchFilesOptions, searchFiles } from "../../../library/index.ts";
import { option, wholeNumber } from "../../options.ts";
import { makeLog, plural, printJson, printResult } from "../../output.ts";
import { formatFiles } from "./format.ts";
import { addLibraryOptions, type LibraryFlags, withLibrary } from "./shared.ts";

interface SearchFlags extends LibraryFlags {
  artist?: string;
  title?: string;
  album?: string;
  format?: string;
  tag: [key: string, value: string][];
  missing: boolean;
  limit: number;
}

const help = `
Words are looked for in artist, title, album, album artist and path; all of them must be there. --artist, --title, --album
and the values of --tag are the whole of it, and * stands for anything. Upper or lower case does not matter.

Tags have the names that music-metadata gives them: genre, composer, bpm, label, comment, albumartist, year, track, disk,
isrc, musicbrainz_albumid, ...; codec, kind and format as well.

Examples:
  copycat library search night ferry
  copycat library search --artist 'ada*' --format flac
  copycat library search --tag genre=Jazz --tag year=2001 --json
  copycat library search --tag 'label=*records*'
  copycat library search --missing                         what was there and is not any more`;

export function addSearchCommand(library: Command): void {
  const command = library
    .command("search")
    .description("Find files by words, artist, title, album, format and tags.")
    .argument("[words...]", "all of them stand in the file's texts or path")
    .addOption(option("--artist <name>", "the artist; * stands for anything", "all"))
    .addOption(option("--title <name>", "the title; * stands for anything", "all"))
    .addOption(option("--album <name>", "the album; * stands for anything", "all"))
    .addOption(option("--format <suffix>", "the format, such as flac", "all"))
    .addOption(
      option("--tag <key=value>", "a tag and its value, * stands for anything; may be given several times")
        .argParser(tag)
        .default([], "all"),
    )
    .addOption(option("--missing", "files that are gone in place of those that are there").default(false))
    .addOption(
      option("--limit <n>", "print so many at most, up to 10000").argParser(wholeNumber(1)).default(100),
    );
  addLibraryOptions(command, help).action(async (words: string[], flags: SearchFlags) => {
    const query = makeQuery(words, flags);
    const { count, files } = await withLibrary(flags, (opened) => searchFiles(opened, query));
    if (flags.json) {
      printJson({ count, files: files.map(fileJson) });
      return;
    }
    if (files.length > 0) printResult(formatFiles(files));
    const { notice } = makeLog(flags.quiet);
    if (count === files.length) notice(plural(count, "file"));
    else notice(`${plural(files.length, "file")} of ${plural(count, "file")}; --limit prints more.`);
  });
}

function makeQuery(words: readonly string[], flags: SearchFlags): SearchFilesOptions {
  const { artist, title, album, format, tag: tags, missing, limit } = flags;
  return {
    words,
    tags,
    missing,
    limit,
    ...(artist === undefined ? {} : { artist }),
    ...(title === undefined ? {} : { title }),
    ...(album === undefined ? {} : { album }),
    ...(format === undefined ? {} : { format }),
  };
}

function tag(text: string, before: SearchFlags["tag"] = []): SearchFlags["tag"] {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("expected KEY=VALUE, such as genre=Jazz");
  return [...before, [text.slice(0, at), text.slice(at + 1)]];
}
