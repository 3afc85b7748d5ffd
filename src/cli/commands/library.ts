// copycat library: the index of a folder of files, with tags, hashes and duplicates.

import type { Command } from "commander";
import { addCheckCommand } from "./library/check.ts";
import { addDuplicatesCommand } from "./library/duplicates.ts";
import { addExportCommand } from "./library/export.ts";
import { addScanCommand } from "./library/scan.ts";
import { addSearchCommand } from "./library/search.ts";
import { addStatsCommand } from "./library/stats.ts";
import { addVerifyCommand } from "./library/verify.ts";
import { addVetCommand } from "./library/vet.ts";

export function addLibraryCommand(program: Command): void {
  const library = program
    .command("library")
    .description(
      "Files with tags and hashes: scan a folder, search it, find duplicates, vet what is to come in.",
    );
  for (const add of [
    addScanCommand,
    addSearchCommand,
    addCheckCommand,
    addDuplicatesCommand,
    addVetCommand,
    addStatsCommand,
    addVerifyCommand,
    addExportCommand,
  ]) {
    add(library);
  }
}
