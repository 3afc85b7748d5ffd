// copycat index advise: which keys are worth an index.

import type { Command } from "commander";
import { type Advice, advisePromotedKeys, formatTarget, requireCatalog } from "../../catalog/index.ts";
import { dsnOption, jsonOption, option, quietOption } from "../options.ts";
import { makeLog, printJson, printResult } from "../output.ts";
import { withDatabase } from "../withDatabase.ts";

interface AdviseFlags {
  dsn?: string;
  dataset?: string;
  json: boolean;
  quiet: boolean;
}

export function addAdviseCommand(index: Command): void {
  index
    .command("advise")
    .description(
      "Look at the metadata and at the server's statistics; propose keys to promote and indexes to drop. Changes nothing.",
    )
    .addOption(option("--dataset <path>", "look at this dataset only", "all"))
    .addOption(dsnOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (flags: AdviseFlags) => {
      const { dataset } = flags;
      const advice = await withDatabase("index", { ...flags, mustExist: true }, async ({ database }) => {
        await requireCatalog(database);
        return advisePromotedKeys(database, dataset === undefined ? {} : { dataset });
      });
      if (flags.json) {
        printJson({ advice });
        return;
      }
      for (const one of advice) printResult(formatAdvice(one));
      if (advice.length === 0) makeLog(flags.quiet).notice("Nothing to propose.");
    });
}

/** The reason as one line of comment to a shell, so that the output can be copied as it is. */
function formatAdvice({ path, dataset, reason, command }: Advice): string {
  const what = path.length === 0 ? "" : `${formatTarget(path)} `;
  const comment = `${what}in ${dataset ?? "all datasets"}: ${reason}`.replaceAll(/\p{Cc}/gu, " ");
  return `# ${comment}\n${command}`;
}
