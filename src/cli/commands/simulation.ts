// copycat simulation: the store of initial datasets and updates over time, and results from it.

import type { Command } from "commander";
import { addDeleteCommand } from "./simulation/delete.ts";
import { addExportCommand } from "./simulation/export.ts";
import { addListCommand } from "./simulation/list.ts";
import { addLoadCommand } from "./simulation/load.ts";
import { addSeriesCommand } from "./simulation/series.ts";
import { addShowCommand } from "./simulation/show.ts";
import { addStateCommand } from "./simulation/state.ts";

export function addSimulationCommand(program: Command): void {
  const simulation = program
    .command("simulation")
    .description("Results of simulations: initial datasets and updates over time, with their arrays.");
  for (const add of [
    addLoadCommand,
    addListCommand,
    addShowCommand,
    addStateCommand,
    addSeriesCommand,
    addExportCommand,
    addDeleteCommand,
  ]) {
    add(simulation);
  }
}
