// Findings as a dataset YAML: what is certain as its text, what helps a person to correct it as comments.

import { dirname, relative, resolve } from "node:path";
import { comparedElements } from "./readFacts.ts";
import type { Findings, GuessedLayout, LeftOut, Tallied } from "./types.ts";

/** Lines of comments about what is left out. */
const maxRemarks = 20;

const layoutMeanings: Record<GuessedLayout, string> = {
  per_entity: "one file is one entity",
  batched: "row i of every data set belongs to entity i",
  grouped: "every group below entity_group is an entity",
};

/** @param file where the draft is to be written; its folder is what `directory` is relative to */
export function formatDraft(findings: Findings, file?: string): string {
  const sections = [
    headLines(findings),
    [`label: ${text(findings.label)}`, `key: ${text(findings.key)} # the container in the catalog`],
    ["metadata: {} # of the container, free: material, method, producer, ..."],
    dataLines(findings, file),
    parameterLines(findings),
    artifactLines(findings),
    sharedLines(findings),
    extraLines(findings),
    remarkLines(findings),
  ];
  return sections
    .filter(({ length }) => length > 0)
    .map((lines) => `${lines.join("\n")}\n`)
    .join("\n");
}

function headLines({ files, entities, entityWord, unsure }: Findings): string[] {
  const others = files.described === files.sampled ? "" : `; ${files.described} of them are described here`;
  const inside = entityWord === "file" ? "" : `, ${entities} entities in them`;
  return [
    `# Draft by copycat inspect: ${files.sampled} of ${files.total} files looked at${others}${inside}.`,
    "# What it is not sure of is marked so. Mend what is wrong, then: copycat ingest THIS_FILE --dry-run",
    ...unsure.map((reason) => `# unsure: ${reason}`),
  ];
}

function dataLines(
  { directory, filePattern, layout, entityGroup }: Findings,
  file: string | undefined,
): string[] {
  return [
    "data:",
    `  directory: ${text(directoryFrom(directory, file))}`,
    `  file_pattern: ${JSON.stringify(filePattern)}`,
    `  layout: ${layout} # ${layoutMeanings[layout]}`,
    ...(entityGroup === null ? [] : [`  entity_group: ${text(entityGroup)}`]),
  ];
}

/** Relative where the files are below the draft, so that both may be moved together. */
function directoryFrom(directory: string, file: string | undefined): string {
  if (file === undefined) return directory;
  const below = relative(dirname(resolve(file)), directory);
  return below.startsWith("..") ? directory : below || ".";
}

function parameterLines({ parameters, of, entityWord }: Findings): string[] {
  return [
    "parameters:",
    `  location: ${parameters.location}`,
    ...(parameters.group === null ? [] : [`  group: ${text(parameters.group)}`]),
    ...parameters.found.map((found) => {
      const name = found.path.slice(found.path.lastIndexOf("/") + 1);
      return `  # ${plain(name)}: ${notes([...found.dataTypes, values(found), absence(found, of, entityWord)])}`;
    }),
  ];
}

function artifactLines({ artifacts, of, entityWord }: Findings): string[] {
  const lines = artifacts.map((found) => {
    const optional = found.count < of ? ", optional: true" : "";
    const remarks = notes([shape(found), type(found), absence(found, of, entityWord)]);
    return `  - { type: ${text(found.type)}, dataset: ${text(found.path)}${optional} } # ${remarks}`;
  });
  return ["artifacts:", ...lines];
}

function sharedLines({ shared, files }: Findings): string[] {
  if (shared.length === 0) return [];
  const lines = shared.map((found) => {
    const parts = [shape(found), type(found), absence(found, files.described, "file")];
    const remarks = notes([...parts, sameness(found, files.described)]);
    return `  - { type: ${text(found.type)}, dataset: ${text(found.path)} } # ${remarks}`;
  });
  return ["shared: # axes that all entities have in common", ...lines];
}

function sameness({ isSame }: Tallied, files: number): string {
  if (!isSame) return "unsure: its values differ, or were not compared";
  return files > 1 ? `the same in all ${files} files looked at` : "";
}

function extraLines({ extraMetadata, of, entityWord }: Findings): string[] {
  if (extraMetadata.length === 0) return [];
  const lines = extraMetadata.map((found) => {
    const parts = [type(found), values(found), absence(found, of, entityWord)];
    return `  - { dataset: ${text(found.path)} } # ${notes(parts)}`;
  });
  return ["extra_metadata: # a value an entity", ...lines];
}

/** What the draft does not take, file by file and path by path. */
function remarkLines({ files, leftOut }: Findings): string[] {
  return [
    ...listed(
      "Cannot be read",
      files.unreadable.map(({ name, reason }) => `${name} ${reason}`),
    ),
    ...listed("Look different and are not described here (inspect them on their own)", files.others),
    ...listed("Left out", leftOut.map(leftOutText)),
  ];
}

function leftOutText({ path, reason, count }: LeftOut): string {
  return `${path}: ${reason}${count > 1 ? `, ${count} times` : ""}`;
}

function listed(head: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const more = lines.length - maxRemarks;
  return [
    `# ${head}:`,
    ...lines.slice(0, maxRemarks).map((line) => `#   ${plain(line)}`),
    ...(more > 0 ? [`#   and ${more} more; \`copycat inspect --json\` lists them all`] : []),
  ];
}

function shape({ shapes }: Tallied): string {
  const [first = [], ...others] = shapes.map((lengths) => lengths.join(" x ") || "a single value");
  return others.length === 0 ? String(first) : `${[first, ...others].join(" or ")} (unsure: shapes differ)`;
}

function type({ dataTypes }: Tallied): string {
  return dataTypes.length > 1 ? `${dataTypes.join(" or ")} (unsure: types differ)` : dataTypes.join("");
}

function values({ low, high, texts, isPart }: Tallied): string {
  if (low === null || high === null) {
    const cut = texts.map((value) => (value.length > 40 ? `${value.slice(0, 37)}...` : value));
    return cut.map((value) => JSON.stringify(value)).join(", ");
  }
  const range = low === high ? short(low) : `${short(low)} .. ${short(high)}`;
  return isPart ? `${range} in the first ${comparedElements.toLocaleString("en-US")} rows` : range;
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function absence({ count }: Tallied, of: number, word: string): string {
  return count === of ? "" : `unsure: in ${count} of ${of} ${word === "group" ? "groups" : "files"} only`;
}

function notes(parts: readonly string[]): string {
  return plain(parts.filter((part) => part !== "").join(", "));
}

/** One line of a comment, whatever stands in a file. */
function plain(line: string): string {
  return line.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u{FEFF}\p{Cs}]/gu, "?");
}

/** Text as YAML: as it is where that means the same, else in quotes. JSON's strings are YAML's. */
function text(value: string): string {
  const isWord = /^[A-Za-z/_][\w/.-]*$/.test(value) && !/^(true|false|null|yes|no|on|off)$/i.test(value);
  return isWord ? value : JSON.stringify(value);
}
