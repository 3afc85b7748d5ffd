// copycat serve-config: what a stock Tiled needs to serve the catalog.

import type { Command } from "commander";
import { makeTiledConfig, requireCatalog, type TiledConfig, tiledConfigMark } from "../../catalog/index.ts";
import { shellWord } from "../../catalog/promoted/target.ts";
import { makeTargetsConfig, readTargets } from "../../targets/index.ts";
import { withOpenTargets } from "../openTargets.ts";
import { dsnOption, jsonOption, option, quietOption, targetsOption } from "../options.ts";
import { plural, printJson, printNotice, printResult } from "../output.ts";
import { readOwnFile, writeSecretFile } from "../secretFile.ts";
import { withDatabase } from "../withDatabase.ts";

interface ServeConfigFlags {
  dsn?: string;
  targets?: string;
  out?: string;
  readable: string[];
  writable: string[];
  apiKey?: string;
  json: boolean;
  quiet: boolean;
}

const examples = `
Examples:
  copycat serve-config --out tiled.yml && tiled serve config tiled.yml
  copycat serve-config --out tiled.yml --readable /data --writable /data/written --dsn postgres://...
  copycat serve-config --out tiled.yml --targets targets.yaml     several servers under one Tiled: /NAME is the catalog of NAME

It holds the API key and the connection string with its password. Made again into the same file, after an ingest from
another folder, it keeps the API key.`;

export function addServeConfigCommand(program: Command): void {
  program
    .command("serve-config")
    .description(
      "Make the configuration with which a stock Tiled serves the catalog, and the files it may read.",
    )
    .addOption(dsnOption())
    .addOption(targetsOption())
    .addOption(option("--out <file>", "where it goes, readable by its owner only", "standard output"))
    .addOption(
      repeatable(
        "--readable <dir>",
        "folder that the server may read, besides those that hold files; may be given several times",
      ),
    )
    .addOption(
      repeatable("--writable <dir>", "folder that clients may write arrays to; may be given several times"),
    )
    .addOption(
      option(
        "--api-key <key>",
        "what clients log in with, letters and digits",
        "the one in FILE, else a random one",
      ),
    )
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText("after", examples)
    .action(async (flags: ServeConfigFlags) => {
      const previous = flags.out === undefined ? null : await readOwnFile(flags.out, tiledConfigMark);
      const { config, isEmbedded } = await makeConfig(flags, previous);
      if (flags.out !== undefined) await writeSecretFile(flags.out, config.yaml);
      printConfig(config, flags);
      if (!flags.quiet) for (const notice of noticesOf(config, flags, isEmbedded)) printNotice(notice);
    });
}

function repeatable(flags: string, description: string): ReturnType<typeof option> {
  return option(flags, description)
    .argParser((text: string, before: string[]) => [...before, text])
    .default([], "none");
}

async function makeConfig(
  { readable, writable, apiKey, targets, ...flags }: ServeConfigFlags,
  previous: string | null,
): Promise<{ config: TiledConfig; isEmbedded: boolean }> {
  const options = { readable, writable, previous, ...(apiKey === undefined ? {} : { apiKey }) };
  if (targets !== undefined) {
    const { quiet } = flags;
    const config = await withOpenTargets("serve-config", await readTargets(targets), quiet, (opened) =>
      makeTargetsConfig(opened, options),
    );
    return { config, isEmbedded: false };
  }
  return withDatabase("serve-config", { ...flags, mustExist: true }, async (opened) => {
    await requireCatalog(opened.database);
    const config = await makeTiledConfig(opened.database, { ...options, dsn: opened.dsn });
    return { config, isEmbedded: opened.isEmbedded };
  });
}

/** What went into a file that only its owner may read does not go to standard output as well. */
function printConfig(config: TiledConfig, { out, json, targets }: ServeConfigFlags): void {
  const { yaml, content, notices } = config;
  if (json) {
    printJson({
      file: out ?? null,
      ...(targets === undefined ? storageOf(content.trees[0]) : { targets: content.trees.map(targetTree) }),
      ...(out === undefined ? { config: content } : {}),
      notices,
    });
  } else if (out === undefined) {
    printResult(yaml.trimEnd());
  } else {
    const catalogs = targets === undefined ? "" : `${plural(content.trees.length, "catalog")}, `;
    const folders = new Set(content.trees.flatMap(({ args }) => args.readable_storage));
    const text = `${out}: ${catalogs}${plural(folders.size, "readable folder")}`;
    printResult(`${text}\nNext:\n  tiled serve config ${shellWord(out)}`);
  }
}

type Tree = TiledConfig["content"]["trees"][0];

const targetTree = (tree: Tree) => ({ target: tree.path.slice(1), path: tree.path, ...storageOf(tree) });

const storageOf = ({ args }: Tree) => ({
  readableStorage: args.readable_storage,
  writableStorage: args.writable_storage ?? [],
});

function noticesOf({ notices }: TiledConfig, { out }: ServeConfigFlags, isEmbedded: boolean): string[] {
  return [
    ...notices,
    ...(isEmbedded ? ["The embedded PostgreSQL must run while Tiled serves: copycat db start"] : []),
    ...(out === undefined
      ? [
          "It holds secrets, the API key and the connection string: --out FILE makes a file that only you can read.",
        ]
      : [
          `${out} holds secrets, the API key and the connection string: only you can read it.`,
          // Tiled 0.2.16 shows a random key of its default settings, and answers 401 to it.
          `Clients log in with its single_user_api_key; the key in the address that Tiled prints may be another one.`,
        ]),
  ];
}
