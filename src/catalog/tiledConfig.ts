// The configuration of a Tiled server that serves this catalog: database, readable folders, API key.

import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { parse, stringify } from "yaml";
import type { Database } from "../database/index.ts";
import { CopycatError } from "../errors.ts";
import { type AssetFolders, listAssetFolders, reduceFolders } from "./assetFolders.ts";
import { tiledUri } from "./tiledUri.ts";

export interface TiledTreeOptions {
  /** Connection string of the catalog, with its password; it goes into the configuration. */
  dsn: string;
  /** Folders that the server may read besides those that hold files of the catalog. */
  readable?: readonly string[];
  /** Folders that clients may write new arrays to; without any, they cannot write arrays. */
  writable?: readonly string[];
  schema?: string;
}

export interface TiledKeyOptions {
  /** Letters and digits; default: the one in `previous`, else a random one. */
  apiKey?: string;
  /** The text that this configuration replaces: its API key stays, so that clients need no new one. */
  previous?: string | null;
}

export interface TiledConfigOptions extends TiledTreeOptions, TiledKeyOptions {}

export interface TiledConfig {
  /** What `tiled serve config FILE` reads. */
  yaml: string;
  /** The same as an object. */
  content: TiledServerConfig;
  /** What somebody should know before they serve it, a sentence each. */
  notices: string[];
}

/** The part of Tiled's configuration that is written here (tiled/config_schemas). */
export interface TiledServerConfig {
  trees: [TiledTree, ...TiledTree[]];
  authentication: { single_user_api_key: string };
}

/** A catalog, and the path under which it is served. */
export interface TiledTree {
  path: `/${string}`;
  tree: "catalog";
  args: { uri: string; readable_storage: string[]; writable_storage?: string[] };
}

/** More than these and common parents take their place. The server compares each file that it opens with all of them. */
export const maxReadableFolders = 32;

/** How a configuration begins that was made here. */
export const tiledConfigMark = "# Made by `copycat serve-config`";
const header = `${tiledConfigMark}, which overwrites this file. Serve it: tiled serve config FILE\n`;

/**
 * The configuration with which a stock Tiled serves the catalog of a database, which must be there.
 *
 * @throws CopycatError USAGE for an API key that Tiled would refuse
 */
export async function makeTiledConfig(database: Database, options: TiledConfigOptions): Promise<TiledConfig> {
  const { tree, notices } = await makeTiledTree(database, "/", options);
  return { ...joinTiledTrees([tree], options), notices };
}

/** One catalog of a configuration that may have several, and what somebody should know before they serve it. */
export async function makeTiledTree(
  database: Database,
  path: TiledTree["path"],
  options: TiledTreeOptions,
): Promise<{ tree: TiledTree; notices: string[] }> {
  const found = await listAssetFolders(database, options.schema);
  const { uri, leftOut } = tiledUri(options.dsn);
  const writable = reduceFolders((options.writable ?? []).map((folder) => resolve(folder)));
  const readable = chooseFolders(
    found.folders,
    (options.readable ?? []).map((folder) => resolve(folder)),
    writable,
  );
  const args = {
    uri,
    readable_storage: readable,
    ...(writable.length === 0 ? {} : { writable_storage: writable }),
  };
  return {
    tree: { path, tree: "catalog", args },
    notices: noticesOf(found, [...readable, ...writable], leftOut),
  };
}

/** @throws CopycatError USAGE for an API key that Tiled would refuse */
export function joinTiledTrees(
  trees: TiledServerConfig["trees"],
  options: TiledKeyOptions,
): Pick<TiledConfig, "yaml" | "content"> {
  const content: TiledServerConfig = {
    trees,
    authentication: { single_user_api_key: chooseKey(options) },
  };
  return { yaml: header + toYaml(content), content };
}

/** What may be written to may be read as well, and needs no mention. */
function chooseFolders(
  found: readonly string[],
  given: readonly string[],
  writable: readonly string[],
): string[] {
  const reduced = reduceFolders(
    found.filter((folder) => folder !== "/"),
    maxReadableFolders,
  );
  return reduceFolders([...reduced, ...given, ...writable]).filter((folder) => !writable.includes(folder));
}

function chooseKey({ apiKey, previous }: TiledKeyOptions): string {
  const key = apiKey ?? keyIn(previous) ?? randomBytes(32).toString("hex");
  if (/^[A-Za-z0-9]+$/.test(key)) return key;
  throw new CopycatError("USAGE", "Tiled takes an API key of letters and digits only; choose another one.");
}

/** Undefined where there is none: the file may have been edited, and even broken. */
function keyIn(text: string | null | undefined): string | undefined {
  if (text === null || text === undefined) return undefined;
  try {
    const content = parse(text) as Partial<TiledServerConfig> | null;
    const key: unknown = content?.authentication?.single_user_api_key;
    return typeof key === "string" && key !== "" ? key : undefined;
  } catch {
    return undefined;
  }
}

/** Every text in quotes: Tiled reads YAML 1.1, in which far more words are not text than in 1.2; and in the locale's encoding. */
function toYaml(content: TiledServerConfig): string {
  const text = stringify(content, {
    defaultStringType: "QUOTE_DOUBLE",
    defaultKeyType: "PLAIN",
    lineWidth: 0,
  });
  return text.replaceAll(/[^\n -~]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const digits = code.toString(16);
    return code > 0xffff ? `\\U${digits.padStart(8, "0")}` : `\\u${digits.padStart(4, "0")}`;
  });
}

function noticesOf(
  { folders, unservable, elsewhere }: AssetFolders,
  listed: readonly string[],
  leftOut: readonly string[],
): string[] {
  const notices: string[] = [];
  const holding = reduceFolders(folders.filter((folder) => folder !== "/")).length;
  if (listed.length === 0) {
    notices.push(
      "The catalog refers to no file that could be served; make the configuration again after an ingest.",
    );
  }
  if (holding > maxReadableFolders) {
    notices.push(
      `${holding} folders hold files of the catalog, so their common parents are listed; name a readable folder that holds many of them.`,
    );
  }
  if (folders.includes("/") && !listed.includes("/")) {
    notices.push(
      "Files lie in / itself, which is not listed: move them, or name / as a readable folder, which opens everything.",
    );
  }
  if (unservable.count > 0) {
    notices.push(
      `${unservable.count} of the files cannot be served, since their path has a "#", "?" or ";", for example ${unservable.example}; ` +
        "rename them and ingest them again.",
    );
  }
  if (elsewhere.size > 0) {
    const schemes = Array.from(elsewhere, ([scheme, assets]) => `${scheme}: ${assets}`).join(", ");
    notices.push(
      `Not all assets are files (${schemes}); Tiled needs settings of its own for where they are.`,
    );
  }
  for (const folder of listed.filter((path) => /\$(\w|\{)/.test(path))) {
    notices.push(
      `Tiled puts an environment variable in the place of $NAME in ${folder}: serve it where none has that name.`,
    );
  }
  if (leftOut.length > 0) {
    notices.push(`Left out of the connection string, since Tiled does not know them: ${leftOut.join(", ")}.`);
  }
  return notices;
}
