// What a campaign came to: a table by kind, and what users read.

import { availableParallelism, cpus, totalmem } from "node:os";
import type { Campaign } from "./campaign.ts";
import type { Verdict } from "./strike.ts";

const outcomes = [
  "as before",
  "whole parts kept",
  "all in before it struck",
  "went on",
  "rejects told",
] as const;
type OutcomeName = (typeof outcomes)[number];

/** How it ended for the user: what the command said, and what is in. */
export function nameOutcome({ outcome, place }: Pick<Verdict, "outcome" | "place">): OutcomeName {
  if (place === "rejects") return "rejects told";
  if (outcome.code === 0) return "went on";
  if (place === "after") return "all in before it struck";
  return place === "part" ? "whole parts kept" : "as before";
}

export interface SummaryFacts {
  seed: number;
  elapsedMs: number;
  lanes: number;
}

export function formatSummary(campaign: Campaign, { seed, elapsedMs, lanes }: SummaryFacts): string {
  const { verdicts, missing, serverVersion } = campaign;
  const bad = verdicts.filter(({ problems }) => problems.length > 0);
  const names = [...new Set(verdicts.map(({ kind }) => kind))].sort();
  const row = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;
  const line = (name: string, some: readonly Verdict[]): string =>
    row([
      name,
      some.length,
      ...outcomes.map((outcome) => some.filter((verdict) => nameOutcome(verdict) === outcome).length),
      some.filter(({ problems }) => problems.length > 0).length,
    ]);
  return [
    "# Faults",
    "",
    `${verdicts.length} faults, seed ${seed}, ${Math.round(elapsedMs / 1000)} s on ${lanes} servers side by side. ` +
      `${cpus()[0]?.model.trim() ?? "unknown processor"}, ${availableParallelism()} cores, ` +
      `${Math.round(totalmem() / 2 ** 30)} GB; Node ${process.version}; ${serverVersion.split(" on ")[0]}, fsync on.`,
    "",
    "`went on`: the command ended with 0 all the same: it tried again, or the fault struck nothing of it.",
    "",
    row(["fault", "times", ...outcomes, "wrong"]),
    row(["---", "---:", ...outcomes.map(() => "---:"), "---:"]),
    ...names.map((name) =>
      line(
        name,
        verdicts.filter(({ kind }) => kind === name),
      ),
    ),
    line("all", verdicts),
    ...missing.map(({ kind, why }) => `\nNot made: ${kind}: ${why}.`),
    "",
    "By job:",
    "",
    row(["job", "times", ...outcomes, "wrong"]),
    row(["---", "---:", ...outcomes.map(() => "---:"), "---:"]),
    ...[...new Set(verdicts.map(({ job }) => job))].sort().map((name) =>
      line(
        name,
        verdicts.filter(({ job }) => job === name),
      ),
    ),
    "",
    "What was said (N for numbers):",
    "",
    ...formatWords(verdicts),
    ...(bad.length === 0 ? [] : ["", "Wrong:", "", ...bad.map(formatProblem)]),
    "",
  ].join("\n");
}

function formatWords(verdicts: readonly Verdict[]): string[] {
  const counts = new Map<string, number>();
  for (const { words, outcome } of verdicts) {
    if (words !== "" && outcome.code !== 0) counts.set(words, (counts.get(words) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a).map(([words, times]) => `* ${times} x ${words}`);
}

export function formatProblem({ index, kind, job, details, outcome, place, problems }: Verdict): string {
  return `* #${index} ${kind} (${details}), ${job}: code ${outcome.code}, as ${place}: ${problems.join("; ")}`;
}
