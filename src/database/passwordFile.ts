// A password that comes from a file, as containers have their secrets: neither argv nor the environment holds it.

import { readFileSync } from "node:fs";
import { readEnv } from "../config.ts";
import { CopycatError, errorMessage } from "../errors.ts";

const variable = "DATABASE_PASSWORD_FILE";

/**
 * The connection string with the password from the file that DATABASE_PASSWORD_FILE names; as it is where it has one, is
 * no URL, or there is no such variable. Line ends at the end of the file are not of the password.
 *
 * @throws CopycatError USAGE when the file cannot be read or is empty
 */
export function withPasswordFile(dsn: string): string {
  const path = readEnv(variable);
  if (path === undefined || !URL.canParse(dsn)) return dsn;
  const url = new URL(dsn);
  if (url.password !== "" || url.searchParams.has("password")) return dsn;
  const password = readPassword(path);
  // Without a host, for a socket, a URL has no place for it but its parameters.
  if (url.host === "") url.searchParams.set("password", password);
  else url.password = encodeURIComponent(password);
  return url.toString();
}

function readPassword(path: string): string {
  let password: string;
  try {
    password = readFileSync(path, "utf8").replace(/[\r\n]+$/, "");
  } catch (error) {
    throw new CopycatError(
      "USAGE",
      `Cannot read ${path}, which ${variable} names: ${errorMessage(error)}. Let the user that copycat runs as read it.`,
      { cause: error },
    );
  }
  if (password !== "") return password;
  throw new CopycatError("USAGE", `${path}, which ${variable} names, is empty. Write the password into it.`);
}
