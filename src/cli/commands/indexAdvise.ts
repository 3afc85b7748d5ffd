// copycat index advise: which keys are worth an index.

import type { Command } from "commander";
import { type Advice, advisePromotedKeys, formatTarget } from "../../catalog/index.ts";
import { dsnOption, jsonOption, option, quietOption, targetsOption } from "../options.ts";
import { makeLog, printResult } from "../output.ts";
import { elementsOf, inFront, printElements } from "../targetAnswers.ts";
import { dsnArgument } from "../withDatabase.ts";
import { type AskedDatabase, askCatalogs } from "../withTargets.ts";

interface AdviseFlags {
  dsn?: string;
  targets?: string;
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
    .addOption(targetsOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (flags: AdviseFlags) => {
      const work = (asked: AskedDatabase): Promise<Advice[]> => advise(asked, flags);
      const answers = await askCatalogs("index", { ...flags, mustExist: true }, work, flags.dataset);
      const advice = elementsOf(answers);
      if (flags.json) {
        printElements("advice", advice, answers);
        return;
      }
      for (const one of advice) printResult(formatAdvice(one));
      if (advice.length === 0) makeLog(flags.quiet).notice("Nothing to propose.");
    });
}

async function advise(asked: AskedDatabase, { dataset, targets }: AdviseFlags): Promise<Advice[]> {
  const advice = await advisePromotedKeys(asked.database, dataset === undefined ? {} : { dataset });
  if (targets === undefined) return advice;
  // What pays on one server need not on the others: these are meant only where a dataset says which one is.
  const reach = (one: Advice): string =>
    one.dataset?.startsWith("/") === true ? asked.dsnArgument : dsnArgument(asked.dsn);
  return advice.map((one) => ({ ...one, command: `${one.command}${reach(one)}` }));
}

/** The reason as one line of comment to a shell, so that the output can be copied as it is. */
function formatAdvice({ target, path, dataset, reason, command }: Advice & { target?: string }): string {
  const what = path.length === 0 ? "" : `${formatTarget(path)} `;
  const comment = `${what}in ${dataset ?? "all datasets"}: ${reason}`.replaceAll(/\p{Cc}/gu, " ");
  return `# ${inFront({ target: target ?? null })}${comment}\n${command}`;
}
