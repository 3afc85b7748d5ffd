// copycat example: a dataset to try things on.

import type { Command } from "commander";
import { writeExample } from "../../ingest/index.ts";
import { jsonOption, option, quietOption, wholeNumber } from "../options.ts";
import { formatCount, plural, printJson, printNotice, printResult } from "../output.ts";

interface ExampleFlags {
  entities: number;
  small: boolean;
  layout: "per_entity" | "batched";
  json: boolean;
  quiet: boolean;
}

export function addExampleCommand(program: Command): void {
  program
    .command("example")
    .description("Write an example dataset: HDF5 files and the YAML that describes them.")
    .argument("<dir>", "folder to make; must be empty or new")
    .addOption(
      option("--entities <n>", "how many Hamiltonians, each with 11 arrays")
        .argParser(wholeNumber(1))
        .default(10),
    )
    .addOption(
      option(
        "--layout <layout>",
        "per_entity: one file each (VDP); batched: one file, leading axis = entity (EDRIXS)",
      )
        .choices(["per_entity", "batched"])
        .default("per_entity"),
    )
    .addOption(option("--small", "shrink the maps, for an example that fits in a repository").default(false))
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (directory: string, flags: ExampleFlags) => {
      const total = plural(flags.entities, "entity", "entities");
      const written = await writeExample(directory, {
        entities: flags.entities,
        layout: flags.layout,
        small: flags.small,
        onProgress: (done) => {
          if (!flags.quiet && done % 500 === 0) printNotice(`${formatCount(done)} of ${total}`);
        },
      });
      if (flags.json) {
        printJson({ ...written, entities: flags.entities });
        return;
      }
      printResult(`${total} in ${written.yaml}\nNext:\n  npm run ingest -- ${written.yaml}`);
    });
}
