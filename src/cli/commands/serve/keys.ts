// copycat serve keys: who may use the service.

import type { Command } from "commander";
import type { Database } from "../../../database/index.ts";
import type { KeyScope } from "../../../service/keys.ts";
import { atTarget, homeOf, readTargets, withTarget } from "../../../targets/index.ts";
import { connections } from "../../openTargets.ts";
import { dsnOption, jsonOption, option, quietOption, targetsOption } from "../../options.ts";
import { makeLog, printJson, printResult } from "../../output.ts";
import { formatTable } from "../../table.ts";
import { withDatabase } from "../../withDatabase.ts";

interface KeyFlags {
  dsn?: string;
  targets?: string;
  json: boolean;
  quiet: boolean;
}

export function addKeysCommand(serve: Command): void {
  const keys = serve.command("keys").description("Make, list and revoke keys of the service.");
  addAddCommand(keys);
  withCommon(
    keys.command("list", { isDefault: true }).description("List the keys, never what they are."),
  ).action(async (flags: KeyFlags) => {
    const { listKeys } = await import("../../../service/keys.ts");
    const found = await withKeys(flags, listKeys);
    if (flags.json) return printJson({ keys: found });
    if (found.length === 0) return makeLog(flags.quiet).notice("There is no key yet.");
    printResult(
      formatTable(
        [
          { title: "name", text: ({ name }) => name },
          { title: "scope", text: ({ scope }) => scope },
          { title: "created", text: ({ createdAt }) => createdAt.toISOString() },
          { title: "revoked", text: ({ revokedAt }) => revokedAt?.toISOString() ?? "" },
        ],
        found,
      ),
    );
  });
  withCommon(
    keys
      .command("revoke")
      .description("Revoke a key; a second later it opens nothing.")
      .argument("<name>", "the name of the key"),
  ).action(async (name: string, flags: KeyFlags) => {
    const { revokeKey } = await import("../../../service/keys.ts");
    await withKeys(flags, (database) => revokeKey(database, name));
    if (flags.json) printJson({ name, revoked: true });
    else printResult(`Revoked ${name}.`);
  });
}

function addAddCommand(keys: Command): void {
  withCommon(
    keys
      .command("add")
      .description("Make a key and print it: it cannot be shown again.")
      .argument("<name>", "what the key is called in lists and logs")
      .addOption(
        option("--scope <scope>", "what it may do; write may read as well", "none: it has to be said")
          .choices(["read", "write"])
          .env("COPYCAT_SERVE_SCOPE")
          .makeOptionMandatory(),
      ),
  ).action(async (name: string, { scope, ...flags }: KeyFlags & { scope: KeyScope }) => {
    const { addKey } = await import("../../../service/keys.ts");
    const key = await withKeys(flags, (database) => addKey(database, name, scope));
    if (flags.json) return printJson({ name, scope, key });
    printResult(key);
    makeLog(flags.quiet).notice(`That is the key of ${name}; it is not kept, and cannot be shown again.`);
  });
}

function withCommon(command: Command): Command {
  return command
    .addOption(dsnOption())
    .addOption(targetsOption())
    .addOption(jsonOption())
    .addOption(quietOption());
}

/** Of several servers the keys are at one. */
async function withKeys<Result>(
  { targets, ...flags }: KeyFlags,
  work: (database: Database) => Promise<Result>,
): Promise<Result> {
  if (targets === undefined) return withDatabase("serve", flags, ({ database }) => work(database));
  const home = homeOf(await readTargets(targets));
  try {
    return await withTarget(home, connections("serve", flags.quiet), work);
  } catch (error) {
    throw atTarget(home, error);
  }
}
