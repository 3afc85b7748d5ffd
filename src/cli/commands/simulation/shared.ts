// What the simulation commands have in common.

import type { Option } from "commander";
import { defaultSchema } from "../../../simulation/index.ts";
import { option } from "../../options.ts";

export interface SimulationFlags {
  dsn?: string;
  schema: string;
  json: boolean;
  quiet: boolean;
}

export const schemaOption = (): Option =>
  option("--schema <name>", "schema that holds the simulation store's tables").default(defaultSchema);
