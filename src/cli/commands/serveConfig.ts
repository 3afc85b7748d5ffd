// copycat serve-config: what a stock Tiled needs to serve the catalog.

import type { Command } from "commander";
import { makeTiledConfig, requireCatalog, type TiledConfig, tiledConfigMark } from "../../catalog/index.ts";
import { shellWord } from "../../catalog/promoted/target.ts";
import { dsnOption, jsonOption, option, quietOption } from "../options.ts";
import { plural, printJson, printNotice, printResult } from "../output.ts";
import { readOwnFile, writeSecretFile } from "../secretFile.ts";
import { withDatabase } from "../withDatabase.ts";

interface ServeConfigFlags {
  dsn?: string;
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

It holds the API key and the connection string with its password. Made again into the same file, after an ingest from
another folder, it keeps the API key.`;

export function addServeConfigCommand(program: Command): void {
  program
    .command("serve-config")
    .description(
      "Make the configuration with which a stock Tiled serves the catalog, and the files it may read.",
    )
    .addOption(dsnOption())
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

function makeConfig(
  { readable, writable, apiKey, ...flags }: ServeConfigFlags,
  previous: string | null,
): Promise<{ config: TiledConfig; isEmbedded: boolean }> {
  return withDatabase("serve-config", { ...flags, mustExist: true }, async (opened) => {
    await requireCatalog(opened.database);
    const config = await makeTiledConfig(opened.database, {
      dsn: opened.dsn,
      readable,
      writable,
      previous,
      ...(apiKey === undefined ? {} : { apiKey }),
    });
    return { config, isEmbedded: opened.isEmbedded };
  });
}

/** What went into a file that only its owner may read does not go to standard output as well. */
function printConfig({ yaml, content, notices }: TiledConfig, { out, json }: ServeConfigFlags): void {
  const [{ args }] = content.trees;
  if (json) {
    printJson({
      file: out ?? null,
      readableStorage: args.readable_storage,
      writableStorage: args.writable_storage ?? [],
      ...(out === undefined ? { config: content } : {}),
      notices,
    });
  } else if (out === undefined) {
    printResult(yaml.trimEnd());
  } else {
    const folders = plural(args.readable_storage.length, "readable folder");
    printResult(`${out}: ${folders}\nNext:\n  tiled serve config ${shellWord(out)}`);
  }
}

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
