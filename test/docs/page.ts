// A page of Markdown as what a reader would type, and what they would see.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

export interface Example {
  /** The lines of a block marked `sh`. */
  commands: string[];
  /** The block marked `text` that follows it at once; null without one. */
  output: string | null;
}

export interface Page {
  examples: Example[];
  /** The blocks marked `sql` and `ts`, whole. */
  sql: string[];
  ts: string[];
}

export function readPage(path: string): Page {
  const blocks = [...readFileSync(path, "utf8").matchAll(/^```(\w+)\n(.*?)^```\n(?:\n(?=```text))?/gms)];
  const page: Page = { examples: [], sql: [], ts: [] };
  blocks.forEach(([whole, language, content = ""], index) => {
    if (language === "sql" || language === "ts") page[language].push(content);
    if (language !== "sh") return;
    const next = whole.endsWith("\n\n") ? blocks[index + 1] : undefined;
    page.examples.push({ commands: commandsOf(content), output: next?.[2] ?? null });
  });
  return page;
}

function commandsOf(block: string): string[] {
  return block
    .replaceAll("\\\n", " ")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
}

/** The words of `npx copycat ...`, as a shell reads them; null for another command, or for several in a line. */
export function argumentsOf(command: string): string[] | null {
  const rest = /^npx copycat ([^|&;]*)$/.exec(command)?.[1];
  if (rest === undefined) return null;
  return execFileSync("bash", ["-c", `printf '%s\\0' ${rest}`], { encoding: "utf8" })
    .split("\0")
    .slice(0, -1);
}

/** The output of a page as a pattern: `...` stands for any lines, or within a line for anything, as do times and sizes. */
export function patternOf(output: string): RegExp {
  const source = output
    .replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")
    .replaceAll(/^\\\.\\\.\\\.\n/gm, "(?:.*\\n)*?")
    .replaceAll("\\.\\.\\.", ".*")
    .replaceAll(/\d+(\\\.\d+)? (ms|s|kB|MB)\b/g, "[\\d.]+ \\w+");
  return new RegExp(`^${source}$`);
}
