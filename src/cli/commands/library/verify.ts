// copycat library verify: are the files still where they were?

import type { Command } from "commander";
import { verifyLibrary } from "../../../library/index.ts";
import { exitCodes } from "../../exitCodes.ts";
import { option } from "../../options.ts";
import { formatCount, makeLog, plural, printJson, printLines, printResult } from "../../output.ts";
import { safeText } from "../../safeText.ts";
import { abortOnSignals } from "../../signals.ts";
import { addLibraryOptions, type LibraryFlags, withLibrary } from "./shared.ts";

interface VerifyFlags extends LibraryFlags {
  mark: boolean;
}

const help = `
Asks of every file of the library, or of those below a folder, whether it is there; nothing is read. A folder that is not
there itself is taken for a drive that is not mounted, and refused. \`library scan\` finds what is new or has moved as well.

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
    .addOption(option("--mark", "mark what is gone as missing, and what is back as there").default(false));
  addLibraryOptions(command, help).action(async (folder: string | undefined, flags: VerifyFlags) => {
    const { notice } = makeLog(flags.quiet);
    const { signal, release } = abortOnSignals(() => notice("\nStopping."));
    try {
      const report = await withLibrary(flags, (opened) =>
        verifyLibrary(opened, {
          mark: flags.mark,
          signal,
          ...(folder === undefined ? {} : { folder }),
        }),
      );
      const { checked, missing, marked, back } = report;
      if (flags.json) printJson({ ok: missing.length === 0, ...report });
      else {
        await printLines(missing.map((path) => `missing  ${safeText(path)}`));
        await printLines(back.map((path) => `back     ${safeText(path)}`));
        const all = missing.length === 0;
        printResult(
          all
            ? `All ${plural(checked, "file")} are there.`
            : `${formatCount(missing.length)} of ${plural(checked, "file")} are gone${marked > 0 ? `, ${formatCount(marked)} marked now` : ""}.`,
        );
        if (!all && !flags.mark) notice("--mark leaves them out of searches; their rows are kept.");
      }
      process.exitCode = missing.length === 0 ? exitCodes.ok : exitCodes.failed;
    } finally {
      release();
    }
  });
}
