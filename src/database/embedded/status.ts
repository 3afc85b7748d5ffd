// What there is, without changing anything.

import { CopycatError } from "../../errors.ts";
import { checkOwner, dsnFor, pathsIn, readPassword } from "./folder.ts";
import { findDataFolder } from "./home.ts";
import { dataVersion } from "./initialise.ts";
import { findPostmaster } from "./postmaster.ts";
import type { EmbeddedOptions, EmbeddedStatus } from "./types.ts";

/**
 * Tells whether the embedded server runs; starts and changes nothing.
 *
 * @throws CopycatError `EMBEDDED_SERVER` when the folder belongs to another user
 */
export async function statusEmbedded(options: EmbeddedOptions): Promise<EmbeddedStatus> {
  const { folder } = options;
  if (!(await checkOwner(folder))) return { state: "absent" };
  const dataFolder = await findDataFolder(folder);
  const version = dataFolder === undefined ? undefined : await dataVersion(dataFolder);
  if (dataFolder === undefined || version === undefined) return { state: "absent" };
  const found = await findPostmaster(dataFolder);
  if (found?.port === undefined) return { state: "stopped", dataFolder, version };
  const password = await readPassword(folder);
  if (password === undefined) {
    throw new CopycatError("EMBEDDED_SERVER", `${pathsIn(folder).password} is missing; put it back.`);
  }
  const { pid, port } = found;
  return { state: "running", dataFolder, version, pid, port, dsn: dsnFor(port, password) };
}
