// Which database: the option, else DATABASE_URL, else the embedded server of the current folder.

import { resolve } from "node:path";
import { readEnv } from "../config.ts";

export type DatabaseChoice = { kind: "dsn"; dsn: string } | { kind: "embedded"; folder: string };

/** Name of the folder that holds the embedded server, in the current folder. */
export const embeddedFolderName = ".copycat";

/** Makes the choice; connects to nothing. */
export function chooseDatabase(dsn: string | undefined, currentFolder: string): DatabaseChoice {
  const chosen = dsn ?? readEnv("DATABASE_URL");
  if (chosen !== undefined) return { kind: "dsn", dsn: chosen };
  return { kind: "embedded", folder: resolve(currentFolder, embeddedFolderName) };
}
