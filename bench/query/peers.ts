// Which peers this machine has.

import { missingPython } from "../load/python.ts";
import { missingSqlite } from "../load/sqliteLibrary.ts";
import type { PeerName } from "./types.ts";

const missingReasons: Record<PeerName, () => Promise<string | null>> = {
  sqlite: missingSqlite,
  // Only statements: no Python sends them.
  statements: async () => null,
  http: missingPython,
};

/** Those that can answer here; the others are told, with the reason. */
export async function availablePeers(
  names: readonly PeerName[],
): Promise<{ peers: PeerName[]; missing: string[] }> {
  const peers: PeerName[] = [];
  const missing: string[] = [];
  for (const name of names) {
    const reason = await missingReasons[name]();
    if (reason === null) peers.push(name);
    else missing.push(`Left out: ${name}. ${reason}`);
  }
  return { peers, missing };
}
