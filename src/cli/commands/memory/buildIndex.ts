// copycat memory index: the HNSW index, on request.

import type { Command } from "commander";
import { buildMemoryIndex } from "../../../memory/index.ts";
import { dsnOption, jsonOption, option, quietOption } from "../../options.ts";
import { formatDuration, makeLog, printJson, printResult } from "../../output.ts";
import { formatLoadProgress, makeProgressLine } from "../../progressLine.ts";
import { abortOnSignals } from "../../signals.ts";
import { type MemoryFlags, schemaOption, withStore } from "./shared.ts";

export function addIndexCommand(memory: Command): void {
  memory
    .command("index")
    .description(
      "Build the HNSW index that makes searches of many entries fast; loads of 50,000 and more do so themselves.",
    )
    .addOption(option("--concurrently", "let writers go on meanwhile; takes longer").default(false))
    .addOption(dsnOption())
    .addOption(schemaOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (flags: MemoryFlags & { concurrently: boolean }) => {
      const progress = makeProgressLine(process.stderr, flags.quiet, formatLoadProgress);
      const { signal, release } = abortOnSignals(() => makeLog(flags.quiet).notice("\nStopping."));
      try {
        const built = await withStore(flags, ({ database }) =>
          buildMemoryIndex(database, {
            schema: flags.schema,
            concurrently: flags.concurrently,
            signal,
            onProgress: (told) => progress.show({ ...told, rejected: 0 }),
          }),
        );
        progress.clear();
        if (flags.json) printJson(built);
        else if (built.name === null) printResult(`No index: ${built.reason}.`);
        else {
          printResult(
            built.created
              ? `Built ${built.name} in ${formatDuration(built.elapsedMs)}.`
              : `${built.name} is there already.`,
          );
        }
      } finally {
        progress.clear();
        release();
      }
    });
}
