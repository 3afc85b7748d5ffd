// copycat memory delete: entries out of the store.

import type { Command } from "commander";
import { CopycatError } from "../../../errors.ts";
import { deleteExpired, deleteMemory, deleteNamespace } from "../../../memory/index.ts";
import { exitCodes } from "../../exitCodes.ts";
import { dsnOption, jsonOption, option, quietOption } from "../../options.ts";
import { plural, printJson, printNotice, printResult } from "../../output.ts";
import { type MemoryFlags, parseEntryName, schemaOption, withStore } from "./shared.ts";

interface DeleteFlags extends MemoryFlags {
  namespace?: string;
  yes: boolean;
  expired: boolean;
}

const examples = `
Examples:
  copycat memory delete context/session-1 context/session-2
  copycat memory delete --namespace context --yes      a whole namespace
  copycat memory delete --expired                      what has expired; searches do not see it anyway`;

export function addDeleteCommand(memory: Command): void {
  memory
    .command("delete")
    .description("Delete entries by their names, a whole namespace, or what has expired.")
    .argument("[names...]", "namespace and key, such as context/session-1")
    .addOption(
      option(
        "--namespace <name>",
        "namespace of the names; without names all of it goes",
        "up to the first slash",
      ),
    )
    .addOption(option("--yes", "really delete a whole namespace").default(false))
    .addOption(option("--expired", "delete what has expired").default(false))
    .addOption(dsnOption())
    .addOption(schemaOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText("after", `${examples}\n\nExit codes: 0 all gone; 1 an entry was not there; 2 wrong usage.`)
    .action(async (names: string[], flags: DeleteFlags) => {
      checkUsage(names, flags);
      const { deleted, missing } = await remove(names, flags);
      if (flags.json) printJson({ deleted, missing });
      else printResult(`${plural(deleted, "entry", "entries")} deleted.`);
      for (const name of missing) if (!flags.quiet) printNotice(`There is no entry ${name}.`);
      process.exitCode = missing.length === 0 ? exitCodes.ok : exitCodes.failed;
    });
}

function checkUsage(names: readonly string[], { namespace, yes, expired }: DeleteFlags): void {
  const refuse = (message: string): never => {
    throw new CopycatError("USAGE", message);
  };
  if (expired) {
    if (names.length > 0 || namespace !== undefined)
      refuse("--expired stands alone: it deletes what has expired everywhere.");
    return;
  }
  if (names.length > 0) return;
  if (namespace === undefined) refuse("Name entries, or --namespace NS --yes, or --expired.");
  if (!yes) refuse(`This deletes every entry of the namespace "${namespace}"; add --yes to do so.`);
}

async function remove(
  names: readonly string[],
  flags: DeleteFlags,
): Promise<{ deleted: number; missing: string[] }> {
  const { schema, namespace, expired } = flags;
  return withStore(flags, async ({ database }) => {
    if (expired) return { deleted: await deleteExpired(database, { schema }), missing: [] };
    if (names.length === 0) {
      return { deleted: await deleteNamespace(database, namespace ?? "", { schema }), missing: [] };
    }
    const missing: string[] = [];
    for (const name of names) {
      const entry = parseEntryName(name, namespace);
      const isDeleted = await deleteMemory(database, entry.namespace, entry.key, { schema });
      if (!isDeleted) missing.push(`${entry.namespace}/${entry.key}`);
    }
    return { deleted: names.length - missing.length, missing };
  });
}
