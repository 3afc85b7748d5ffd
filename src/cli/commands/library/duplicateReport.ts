// Groups of duplicates for people: what they have in common, how sure that is, what they weigh.

import type { DuplicateGroup, LibraryFile } from "../../../library/index.ts";
import { type FitColumn, formatFitTable, terminalWidth } from "../../fitTable.ts";
import { formatBytes } from "../../formatBytes.ts";
import { plural } from "../../output.ts";
import { cutEnd, safeText } from "../../safeText.ts";
import { formatLength } from "./format.ts";
import { matchText } from "./matches.ts";

/** Of all files but the largest. */
export function extraBytes(files: readonly LibraryFile[]): number {
  return extraFiles(files).reduce((sum, { size }) => sum + size, 0);
}

/** All but the largest; of equal ones the first is left out. */
function extraFiles(files: readonly LibraryFile[]): LibraryFile[] {
  const largest = files.reduce(
    (best, file) => (file.size > best.size ? file : best),
    files[0] as LibraryFile,
  );
  return files.filter((file) => file !== largest);
}

const columns: readonly FitColumn<LibraryFile>[] = [
  { title: "size", text: ({ size }) => formatBytes(size), isNumber: true },
  { title: "length", text: ({ duration }) => formatLength(duration), isNumber: true },
  { title: "format", text: ({ format }) => format },
  { title: "artist", text: ({ artist }) => artist ?? "-" },
  { title: "title", text: ({ title }) => title ?? "-" },
  { title: "path", text: ({ path }) => path, cut: "start" },
];

/** A line that says what they are, and an indented line for each file. */
export function formatGroup(group: DuplicateGroup): string {
  const width = terminalWidth();
  const table = formatFitTable(columns, group.files, width === null ? null : width - 2);
  // Every group would repeat the titles of the columns.
  const lines = table.split("\n").slice(1);
  const head = `${headline(group)}: ${plural(group.files.length, "file")}`;
  return [width === null ? head : cutEnd(head, width), ...lines.map((line) => `  ${line}`)].join("\n");
}

function headline({ matchType, confidence, isProven, isCertain, isUncertain }: DuplicateGroup): string {
  if (isProven) return "identical, all bytes compared";
  const sure = isCertain ? "certain" : isUncertain ? "uncertain" : "weak";
  if (matchType === "exact_file") return "same size and sample of content, not proven";
  return `${safeText(matchText(matchType, confidence))}, ${sure}`;
}

/** A file may be in several groups; files and bytes count it once. */
interface Counts {
  /** Groups, as are `certain`, `uncertain` and `proven`. */
  count: number;
  /** Files that are in one group or more. */
  files: number;
  certain: number;
  uncertain: number;
  proven: number;
  /** What the further files of proven groups take. */
  provenExtraBytes: number;
  /** What the further files of groups take that a sample of content made, without a proof; none that are proven elsewhere. */
  unprovenExtraBytes: number;
}

/** What is said at the end of the report. */
export class DuplicateCounter {
  readonly counts: Counts = {
    count: 0,
    files: 0,
    certain: 0,
    uncertain: 0,
    proven: 0,
    provenExtraBytes: 0,
    unprovenExtraBytes: 0,
  };
  readonly #files = new Set<number | null>();
  readonly #extra = new Set<number | null>();

  /** By full hashes come first (see `groupKinds`), so that what they prove counts as proven. */
  add(group: DuplicateGroup): void {
    const { counts } = this;
    counts.count += 1;
    for (const { id } of group.files) this.#files.add(id);
    counts.files = this.#files.size;
    if (group.isProven) {
      counts.proven += 1;
      counts.provenExtraBytes += this.#newExtraBytes(group);
    } else if (group.matchType === "exact_file") counts.unprovenExtraBytes += this.#newExtraBytes(group);
    if (group.isCertain) counts.certain += 1;
    if (group.isUncertain) counts.uncertain += 1;
  }

  /** Of files that no group before had beyond its largest. */
  #newExtraBytes({ files }: DuplicateGroup): number {
    const others = extraFiles(files.filter(({ id }) => !this.#extra.has(id)));
    for (const { id } of others) this.#extra.add(id);
    return others.reduce((sum, { size }) => sum + size, 0);
  }

  *summary(): Generator<string> {
    const { count, files, certain, uncertain, proven, provenExtraBytes, unprovenExtraBytes } = this.counts;
    if (count === 0) {
      yield "Nothing is there twice.";
      return;
    }
    yield `${plural(count, "group")} of ${plural(files, "file")}: ${certain} certain, ${uncertain} uncertain, ${count - certain - uncertain} weak.`;
    if (proven > 0) {
      yield `Identical files beyond the first take ${formatBytes(provenExtraBytes)}.`;
    }
    if (unprovenExtraBytes > 0) {
      yield "A sample of content is no proof, so delete nothing for it alone; `library scan --full-hash` compares all bytes.";
    }
  }
}
