// Hundreds of random faults. COPYCAT_FAULTS says how many, COPYCAT_FAULT_SEED repeats a run, COPYCAT_FAULT_ONLY picks kinds and
// jobs by a part of their name.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { runCampaign } from "./support/campaign.ts";
import { writeInputs } from "./support/inputs.ts";
import { formatProblem, formatSummary } from "./support/summary.ts";

const folder = mkdtempSync(join(tmpdir(), "copycat-faults-in-"));
const results = fileURLToPath(new URL("../../bench/results/faults.md", import.meta.url));
const enough = 500;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function setting(name: string, fallback: number): number {
  const value = Number(process.env[name] ?? "");
  return Number.isSafeInteger(value) && value > 0 ? value : fallback;
}

it("nothing is lost, nothing is doubled, and the same command again brings all of it in", async () => {
  const seed = setting("COPYCAT_FAULT_SEED", Math.floor(Math.random() * 1e9));
  const faults = setting("COPYCAT_FAULTS", enough);
  const lanes = setting("COPYCAT_FAULT_LANES", 2);
  const only = process.env.COPYCAT_FAULT_ONLY ?? "";
  process.stdout.write(`\n${faults} faults, COPYCAT_FAULT_SEED=${seed}\n`);
  const start = performance.now();
  let done = 0;
  const campaign = await runCampaign(await writeInputs(folder), folder, {
    seed,
    faults,
    lanes,
    only,
    onVerdict: (verdict) => {
      done += 1;
      if (verdict.problems.length > 0) process.stdout.write(`${formatProblem(verdict)}\n`);
      if (done % 50 === 0)
        process.stdout.write(`${done} of ${faults}, ${Math.round((performance.now() - start) / 1000)} s\n`);
    },
  });
  const summary = formatSummary(campaign, { seed, elapsedMs: performance.now() - start, lanes });
  process.stdout.write(`\n${summary}\n`);
  if (faults >= enough && only === "") writeFileSync(results, summary);
  expect(campaign.verdicts).toHaveLength(faults);
  expect(campaign.verdicts.filter(({ problems }) => problems.length > 0).map(formatProblem)).toEqual([]);
});
