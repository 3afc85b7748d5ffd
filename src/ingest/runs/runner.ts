// Who runs an ingest: which process of which host, for which user.

import { hostname, userInfo } from "node:os";
import { readVersion } from "../../version.ts";

/** What tells this process from all others; its host keeps the name that it had at first. */
export const owner = [hostname(), process.pid] as const;

/** System user, host, process, version. */
export function runner(): [string, string, number, string] {
  return [systemUser(), ...owner, readVersion()];
}

function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A user without a line in the list of users, as in containers.
    return String(process.getuid?.() ?? "unknown");
  }
}
