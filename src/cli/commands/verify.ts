// copycat verify: proves the catalog.

import type { Command } from "commander";
import { requireCatalog, type VerifyReport, verifyCatalog } from "../../catalog/index.ts";
import { verifyFiles } from "../../ingest/index.ts";
import { exitCodes } from "../exitCodes.ts";
import { dsnOption, jsonOption, option, quietOption } from "../options.ts";
import { formatCount, plural, printJson, printResult } from "../output.ts";
import { withDatabase } from "../withDatabase.ts";

interface VerifyFlags {
  dsn?: string;
  files: boolean;
  json: boolean;
  quiet: boolean;
}

export function addVerifyCommand(program: Command): void {
  program
    .command("verify")
    .description("Prove the catalog: closure, triggers, data sources, structure ids, sequences.")
    .addOption(dsnOption())
    .addOption(option("--files", "also open every file and compare shapes and types").default(false))
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText("after", "\nExit codes: 0 all checks hold; 1 one does not.")
    .action(async (flags: VerifyFlags) => {
      const report = await withDatabase("verify", { ...flags, mustExist: true }, async ({ database }) => {
        await requireCatalog(database);
        const verified = await verifyCatalog(database);
        if (!flags.files) return verified;
        const check = await verifyFiles(database);
        return { ...verified, ok: verified.ok && check.ok, checks: [...verified.checks, check] };
      });
      if (flags.json) printJson(report);
      else printResult(formatVerifyReport(report));
      process.exitCode = report.ok ? exitCodes.ok : exitCodes.failed;
    });
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
