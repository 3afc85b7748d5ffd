// Whether files that are read as one stream are those that they were.

import { readFingerprint } from "./fingerprint.ts";

export async function stampFiles(paths: readonly string[]): Promise<string> {
  const prints = await Promise.all(paths.map(readFingerprint));
  return prints.map((print) => (print === null ? "" : `${print.sizeBytes}@${print.modifiedNs}`)).join(" ");
}
