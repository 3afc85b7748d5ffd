// Which database: the option, else DATABASE_URL, else the embedded server of the current folder.

import { resolve } from "node:path";
import { readEnv } from "../config.ts";
import { withPasswordFile } from "./passwordFile.ts";

export type DatabaseChoice = { kind: "dsn"; dsn: string } | { kind: "embedded"; folder: string };

/** The folder that holds the embedded server and rejects: in the current one, or where COPYCAT_FOLDER says. */
export const embeddedFolderName = readEnv("COPYCAT_FOLDER") ?? ".copycat";

/** Makes the choice; connects to nothing. */
export function chooseDatabase(dsn: string | undefined, currentFolder: string): DatabaseChoice {
  const chosen = dsn ?? readEnv("DATABASE_URL");
  if (chosen !== undefined) return { kind: "dsn", dsn: withPasswordFile(chosen) };
  return { kind: "embedded", folder: resolve(currentFolder, embeddedFolderName) };
}
