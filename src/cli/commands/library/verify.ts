// copycat library verify: are the files still where they were?

import type { Command } from "commander";
import { absoluteFolder, type VerifyReport, verifyLibrary } from "../../../library/index.ts";
import { exitCodes } from "../../exitCodes.ts";
import { option } from "../../options.ts";
import { formatCount, makeLog, plural, printJson, printLines, printResult } from "../../output.ts";
import { safeText } from "../../safeText.ts";
import { addLibraryOptions, type LibraryFlags, withLibrary, withProgress } from "./shared.ts";

interface VerifyFlags extends LibraryFlags {
  mark: boolean;
  allowEmpty: boolean;
}

const help = `
Asks of every file of the library, or of those below a folder, whether it is there; nothing is read. A folder that is not
there itself is taken for a drive that is not mounted, and refused. What is behind a symbolic link is not there, as for a scan.
\`library scan\` finds what is new or has moved as well.

Examples:
  copycat library verify
  copycat library verify /srv/music/new
  copycat library verify --mark            files that are gone are marked as missing; their rows are kept

Exit codes: 0 all are there; 1 some are not, or it failed; 2 wrong usage.`;

export function addVerifyCommand(library: Command): void {
  const command = library
    .command("verify")
    .description("Ask whether the files of a library are still there; --mark remembers which are not.")
    .argument("[folder]", "only files below this folder (default: all)")
    .addOption(option("--mark", "mark what is gone as missing, and what is back as there").default(false))
    .addOption(option("--allow-empty", "a folder that is gone or empty is no mistake").default(false));
  addLibraryOptions(command, help).action(async (folder: string | undefined, flags: VerifyFlags) => {
    const report = await verify(folder, flags);
    const ok = report.missing.length === 0;
    if (flags.json) printJson({ ok, ...report });
    else await printReport(report, flags);
    process.exitCode = ok ? exitCodes.ok : exitCodes.failed;
  });
}

async function verify(folder: string | undefined, flags: VerifyFlags): Promise<VerifyReport> {
  const { mark, allowEmpty } = flags;
  const below = folder === undefined ? {} : { folder: await absoluteFolder(folder) };
  return withProgress(flags, (hooks) =>
    withLibrary(flags, (opened) => verifyLibrary(opened, { mark, allowEmpty, ...below, ...hooks })),
  );
}

async function printReport(report: VerifyReport, { mark, quiet }: VerifyFlags): Promise<void> {
  const { checked, missing, marked, back, unknown } = report;
  const listed = { missing, back, unknown };
  for (const [what, paths] of Object.entries(listed)) {
    await printLines(paths.map((path) => `${what.padEnd(7)}  ${safeText(path)}`));
  }
  const done = marked > 0 ? `, ${formatCount(marked)} marked now` : "";
  printResult(
    missing.length === 0
      ? `${plural(checked, "file")}, none is gone${done}.`
      : `${formatCount(missing.length)} of ${plural(checked, "file")} gone${done}.`,
  );
  const isToMark = missing.length + back.length > 0 && !mark;
  if (isToMark)
    makeLog(quiet).notice("--mark remembers it: searches leave out what is gone, and its row is kept.");
}
