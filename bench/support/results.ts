// Results are kept twice: as JSON with every round, and as a table to read.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Environment } from "./environment.ts";

export const resultsFolder = fileURLToPath(new URL("../results", import.meta.url));

export async function writeResults(
  { folder, name }: { folder: string; name: string },
  results: object,
  markdown: string,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify(results, null, 2)}\n`);
  await writeFile(join(folder, `${name}.md`), markdown);
  console.log(markdown);
  console.log(`Written: ${name}.json and ${name}.md in ${folder}`);
}

export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  // Numbers to the right; an empty cell is a ratio that could not be taken.
  const isNumber = (index: number): boolean => /^-?\d|^$/.test(rows[0]?.[index] ?? "");
  const rule = head.map((_unused, index) => (isNumber(index) ? "---:" : "---"));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

export function describeInMarkdown({ machine, versions, settings }: Environment): string {
  const list = (items: Record<string, string>): string =>
    Object.entries(items)
      .map(([name, value]) => `${name} ${value}`)
      .join(", ");
  return [
    `Machine: ${machine.cpu}, ${machine.cores} cores shared by client and server, ${machine.memoryGiB} GiB; ` +
      `load average at the start ${machine.loadAverage.toFixed(2)}.`,
    `Versions: ${list(versions)}.`,
    `Server: ${list(settings)}.`,
  ].join("\n\n");
}
