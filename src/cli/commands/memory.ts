// copycat memory: the store of entries, patterns and trajectories.

import type { Command } from "commander";
import { addIndexCommand } from "./memory/buildIndex.ts";
import { addDeleteCommand } from "./memory/delete.ts";
import { addLoadCommand } from "./memory/load.ts";
import {
  addCountCommand,
  addExportCommand,
  addGetCommand,
  addListCommand,
  addNamespacesCommand,
} from "./memory/reads.ts";
import { addSearchCommand } from "./memory/search.ts";

export function addMemoryCommand(program: Command): void {
  const memory = program
    .command("memory")
    .description(
      "Memory entries, patterns and trajectories with embeddings: load, search, list, get, delete, export.",
    );
  for (const add of [
    addLoadCommand,
    addSearchCommand,
    addListCommand,
    addGetCommand,
    addDeleteCommand,
    addCountCommand,
    addNamespacesCommand,
    addExportCommand,
    addIndexCommand,
  ]) {
    add(memory);
  }
}
