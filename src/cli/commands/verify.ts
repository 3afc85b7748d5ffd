// copycat verify: proves the catalog, and mends what follows from its tree.

import type { Command } from "commander";
import {
  type Repaired,
  type RepairReport,
  repairCatalog,
  requireCatalog,
  type VerifyReport,
  verifyCatalog,
} from "../../catalog/index.ts";
import type { Database } from "../../database/index.ts";
import { verifyFiles } from "../../ingest/index.ts";
import { exitCodes } from "../exitCodes.ts";
import { dsnOption, jsonOption, option, quietOption } from "../options.ts";
import { formatCount, makeLog, plural, printJson, printResult } from "../output.ts";
import { abortOnSignals } from "../signals.ts";
import { withDatabase } from "../withDatabase.ts";

interface VerifyFlags {
  dsn?: string;
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

Exit codes: 0 all checks hold (with --repair: afterwards); 1 one does not.`;

export function addVerifyCommand(program: Command): void {
  program
    .command("verify")
    .description("Prove the catalog: closure, triggers, data sources, structure ids, sequences.")
    .addOption(dsnOption())
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
    .action(async (flags: VerifyFlags) => {
      const { report, repair } = await withDatabase(
        "verify",
        { ...flags, mustExist: true },
        async ({ database }) => {
          await requireCatalog(database);
          const done = flags.repair ? await runRepair(database, flags.quiet) : null;
          const verified = done?.after ?? (await verifyCatalog(database));
          return { report: flags.files ? await addFiles(database, verified) : verified, repair: done };
        },
      );
      if (flags.json) printJson(repair === null ? report : { ...report, repaired: repair.repaired });
      else printResult([...formatRepair(repair), formatVerifyReport(report)].join("\n"));
      process.exitCode = report.ok ? exitCodes.ok : exitCodes.failed;
    });
}

async function runRepair(database: Database, quiet: boolean): Promise<RepairReport> {
  const { notice } = makeLog(quiet);
  const { signal, release } = abortOnSignals(() =>
    notice("\nStopping; what is not committed is rolled back."),
  );
  try {
    return await repairCatalog(database, { signal, onNotice: notice });
  } finally {
    release();
  }
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
