// copycat verify: proves the catalog, and mends what follows from its tree.

import type { Command } from "commander";
import {
  type Repaired,
  type RepairReport,
  repairCatalog,
  type VerifyReport,
  verifyCatalog,
} from "../../catalog/index.ts";
import type { Database } from "../../database/index.ts";
import { verifyFiles } from "../../ingest/index.ts";
import { exitCodes } from "../exitCodes.ts";
import { dsnOption, jsonOption, option, quietOption, targetsOption } from "../options.ts";
import { formatCount, makeLog, plural } from "../output.ts";
import { abortOnSignals } from "../signals.ts";
import { printDocuments, printTexts } from "../targetAnswers.ts";
import { type Answers, type AskedDatabase, askCatalogs } from "../withTargets.ts";

interface VerifyFlags {
  dsn?: string;
  targets?: string;
  files: boolean;
  repair: boolean;
  json: boolean;
  quiet: boolean;
}

const notes = `
Examples:
  copycat verify                 the catalog in itself
  copycat verify --files         and against every file
  copycat verify --repair        what is wrong with closure, triggers and sequences made right, then verified again
  copycat verify --targets targets.yaml       several servers, each by itself

Exit codes: 0 all checks hold (with --repair: afterwards); 1 one does not.`;

export function addVerifyCommand(program: Command): void {
  program
    .command("verify")
    .description("Prove the catalog: closure, triggers, data sources, structure ids, sequences.")
    .addOption(dsnOption())
    .addOption(targetsOption())
    .addOption(option("--files", "also open every file and compare shapes and types").default(false))
    .addOption(
      option(
        "--repair",
        "make the closure equal to the tree, enable the triggers, set the sequences ahead; readers go on, writers wait",
      ).default(false),
    )
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText("after", notes)
    .action(runVerify);
}

interface Verified {
  report: VerifyReport;
  repair: RepairReport | null;
}

async function runVerify(flags: VerifyFlags): Promise<void> {
  const stopping = flags.repair ? abortOnSignals(() => makeLog(flags.quiet).notice(rollsBack)) : null;
  const work = (asked: AskedDatabase): Promise<Verified> => verifyOne(asked, flags, stopping?.signal);
  const answers = await askCatalogs("verify", { ...flags, mustExist: true }, work).finally(stopping?.release);
  const ok = answers.failed.length === 0 && answers.list.every(({ result }) => result.report.ok);
  if (flags.json) printDocuments(documents(answers), { ok });
  else printTexts(answers, formatVerified);
  process.exitCode = ok ? exitCodes.ok : exitCodes.failed;
}

const rollsBack = "\nStopping; what is not committed is rolled back.";

async function verifyOne(
  { database, say }: AskedDatabase,
  { files, repair }: VerifyFlags,
  signal: AbortSignal | undefined,
): Promise<Verified> {
  const options = { onNotice: say, ...(signal && { signal }) };
  const done = repair ? await repairCatalog(database, options) : null;
  const verified = done?.after ?? (await verifyCatalog(database));
  return { report: files ? await addFiles(database, verified) : verified, repair: done };
}

function documents(answers: Answers<Verified>): Answers<object> {
  const list = answers.list.map(({ target, result: { report, repair } }) => ({
    target,
    result: repair === null ? report : { ...report, repaired: repair.repaired },
  }));
  return { ...answers, list };
}

function formatVerified({ report, repair }: Verified): string {
  return [...formatRepair(repair), formatVerifyReport(report)].join("\n");
}

async function addFiles(database: Database, report: VerifyReport): Promise<VerifyReport> {
  const check = await verifyFiles(database);
  return { ...report, ok: report.ok && check.ok, checks: [...report.checks, check] };
}

/** What was wrong before, what was done; then comes the report after. */
function formatRepair(repair: RepairReport | null): string[] {
  if (repair === null) return [];
  if (repair.before.ok) return ["Nothing to repair."];
  const failed = repair.before.checks.filter(({ ok }) => !ok);
  return [
    "Before:",
    ...failed.map(({ name, detail }) => `  FAIL ${name}  ${detail}`),
    `Repaired: ${describeRepaired(repair.repaired).join("; ") || "nothing"}.`,
    "After:",
  ];
}

function describeRepaired({ closure, triggers, sequences }: Repaired): string[] {
  const { inserted, updated, deleted } = closure;
  return [
    ...(inserted + updated + deleted === 0
      ? []
      : [
          `closure rows ${formatCount(inserted)} inserted, ${formatCount(updated)} corrected, ${formatCount(deleted)} deleted`,
        ]),
    ...(triggers.length === 0 ? [] : [`enabled ${triggers.join(", ")}`]),
    ...(sequences.length === 0 ? [] : [`set the sequences of ${sequences.join(", ")} ahead`]),
  ];
}

function formatVerifyReport({ ok, nodes, closure, checks }: VerifyReport): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const depths = Object.entries(closure.byDepth).map(([depth, rows]) => `${depth}: ${formatCount(rows)}`);
  const failed = checks.filter((check) => !check.ok).length;
  return [
    `${plural(nodes, "node")}, ${plural(closure.rows, "closure row")} by depth {${depths.join(", ")}}`,
    ...checks.map((check) => `  ${check.ok ? "ok  " : "FAIL"} ${check.name.padEnd(width)}  ${check.detail}`),
    ok ? "The catalog is sound." : `${plural(failed, "check")} failed.`,
  ].join("\n");
}
