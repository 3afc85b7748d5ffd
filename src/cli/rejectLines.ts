// What a summary says of what was rejected.

import { formatCount, plural } from "./output.ts";

/** Lines of a load whose input is files that can be mended where they are. */
export function rejectLines(
  { rejected, rejectsFile }: { rejected: number; rejectsFile: string | null },
  dryRun: boolean,
): string[] {
  if (rejectsFile !== null) {
    return [
      `  ${plural(rejected, "reject")} in ${rejectsFile}`,
      "  Mend the files named there and run the same command again; what is in is not read again.",
    ];
  }
  if (rejected === 0) return [];
  if (dryRun) return [`  ${formatCount(rejected)} would be rejected; --rejects FILE lists them.`];
  return [`  ${formatCount(rejected)} rejected.`];
}
