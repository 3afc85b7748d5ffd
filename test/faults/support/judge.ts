// What a fault may leave behind, and what not.

import type { Outcome } from "./client.ts";
import type { KnownJob } from "./jobs.ts";
import type { Item } from "./states.ts";

/** before, after: as if the command had not run, or as if nothing had happened; part: whole parts of it from the first on. */
export type Place = "before" | "after" | "part";

/** Where between its two ends a store stands, or what is wrong with it. */
export function placeOf(
  job: Pick<KnownJob, "before" | "after" | "inParts" | "partsVary">,
  items: readonly Item[],
): Place | string {
  const names = items.map(({ name }) => name);
  const doubled = names.find((name, index) => name === names[index - 1]);
  if (doubled !== undefined) return `${doubled} is there twice`;
  const now = contentsByName(items);
  const before = contentsByName(job.before);
  const after = contentsByName(job.after);
  const parts = partNumbers(job);
  const done = [...parts].filter(([name]) => now.get(name) === after.get(name));
  const reached = Math.max(0, ...done.map(([, part]) => part));
  for (const name of new Set([...names, ...before.keys(), ...after.keys()])) {
    const part = parts.get(name);
    const wanted = part !== undefined && part <= reached ? after : before;
    if (now.get(name) === wanted.get(name)) continue;
    if (job.partsVary && part !== undefined && now.get(name) === before.get(name)) continue;
    const is = now.has(name) ? "is something else" : "is missing";
    return `${name} ${is}: part ${part ?? "none"} of the first ${reached}`;
  }
  if (reached === 0) return "before";
  if (done.length === parts.size) return "after";
  return job.inParts ? "part" : "half of one transaction is in";
}

function contentsByName(items: readonly Item[]): Map<string, string> {
  return new Map(items.map(({ name, contents }) => [name, contents]));
}

/** Of each item that the job makes or changes: with which of its transactions, counted from 1. */
function partNumbers({ before, after }: Pick<KnownJob, "before" | "after">): Map<string, number> {
  const old = contentsByName(before);
  const changed = after.filter(({ name, contents }) => old.get(name) !== contents);
  const moments = [...new Set(changed.map(({ part }) => part))].sort();
  return new Map(changed.map(({ name, part }) => [name, moments.indexOf(part) + 1]));
}

/** What a user reads at the end, on one line; numbers, names and places left out, so that equal ones can be counted. */
export function lastWords(outcome: Outcome): string {
  const lines = outcome.stderr.split("\n").filter((line) => line.startsWith("copycat: "));
  return (lines.at(-1) ?? "")
    .replace(/postgres(ql)?:\/\/\S+/g, "DATABASE")
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "RUN")
    .replace(/\/(tmp|var)\/\S+/g, "FILE")
    .replace(/\b\d[\d.,:]*\b/g, "N");
}

/** A sentence with what to do next, and no more than is true. */
export function listMessageFaults(outcome: Outcome, place: string): string[] {
  const { code, signal, stderr } = outcome;
  if (outcome.isHung) return ["did not come to an end"];
  if (code === 0 || signal !== null) return [];
  const words = lastWords(outcome);
  const isPart = /said of (one|the last) part/.test(words);
  return [
    ...(code === 1 || code === 3 ? [] : [`exit code ${code}: ${words}`]),
    ...(code === 1 && words === "" ? [`no sentence: ${stderr.slice(-300)}`] : []),
    ...(/\n\s+at .+:\d+:\d+/.test(stderr) || /unexpected error/.test(stderr)
      ? [`a stack trace: ${stderr}`]
      : []),
    ...(code === 1 && !saysWhatToDo.test(words) ? [`does not say what to do: ${words}`] : []),
    ...(/nothing (was|has) changed/.test(words) && !isPart && place !== "before"
      ? [`"${words}" is not true`]
      : []),
    ...(/postgres(ql)?:\/\/\w+:(?!\*\*\*)[^@\s]+@/.test(stderr) ? ["the password is shown"] : []),
  ];
}

const saysWhatToDo =
  /again|goes on|[Ii]s the server running|[Ff]ree |connect to the primary|[Ll]ook into|[Rr]aise |--resume/;
