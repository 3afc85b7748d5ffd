// copycat memory list, get, count, namespaces, export.

import type { Command } from "commander";
import { CopycatError } from "../../../errors.ts";
import {
  countMemories,
  exportMemory,
  listMemories,
  listNamespaces,
  type MemoryKind,
  memoryKinds,
  type RetrievedEntry,
  retrieveMemory,
} from "../../../memory/index.ts";
import { excerpt } from "../../excerpt.ts";
import { dsnOption, jsonOption, option, quietOption, wholeNumber } from "../../options.ts";
import { formatCount, makeLog, printJson, printLines, printResult } from "../../output.ts";
import { type MemoryFlags, namespaceOption, parseEntryName, schemaOption, withStore } from "./shared.ts";

interface ReadFlags extends MemoryFlags {
  namespace?: string;
}

const inNamespace = ({ schema, namespace }: ReadFlags) => ({
  schema,
  ...(namespace === undefined ? {} : { namespace }),
});

export function addListCommand(memory: Command): void {
  memory
    .command("list")
    .description("List entries, newest first.")
    .addOption(namespaceOption())
    .addOption(option("--limit <n>", "print so many at most").argParser(wholeNumber(1)).default(100))
    .addOption(
      option("--after <place>", "go on after this place: `next` of the page before", "from the newest"),
    )
    .addOption(dsnOption())
    .addOption(schemaOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (flags: ReadFlags & { limit: number; after?: string }) => {
      const { limit, after } = flags;
      const options = { ...inNamespace(flags), limit, ...(after === undefined ? {} : { after }) };
      const page = await withStore(flags, ({ database }) => listMemories(database, options));
      if (flags.json) {
        printJson(page);
        return;
      }
      for (const { namespace, key, value, createdAt } of page.entries) {
        printResult(`${createdAt.toISOString()}  ${namespace}/${key}  ${excerpt(value)}`);
      }
      const { notice } = makeLog(flags.quiet);
      if (page.entries.length === 0) notice("There are none.");
      if (page.next !== null) notice(`There are more: --after '${page.next}'`);
    });
}

export function addGetCommand(memory: Command): void {
  memory
    .command("get")
    .description("Show one entry.")
    .argument("<name>", "namespace and key, such as patterns/cve-status")
    .addOption(
      option(
        "--namespace <name>",
        "its namespace; the whole argument is the key then",
        "up to the first slash",
      ),
    )
    .addOption(dsnOption())
    .addOption(schemaOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (name: string, flags: ReadFlags) => {
      const { namespace, key } = parseEntryName(name, flags.namespace);
      const entry = await withStore(flags, ({ database }) =>
        retrieveMemory(database, namespace, key, { schema: flags.schema }),
      );
      if (entry === null) throw new CopycatError("NOT_FOUND", `There is no entry ${namespace}/${key}.`);
      if (flags.json) printJson(entry);
      else printResult(formatEntry(entry));
    });
}

function formatEntry(entry: RetrievedEntry): string {
  const { namespace, key, value, metadata, tags, embedding, createdAt, updatedAt, expiresAt } = entry;
  return [
    `${namespace}/${key}`,
    `  created    ${createdAt.toISOString()}, updated ${updatedAt.toISOString()}`,
    ...(expiresAt === null ? [] : [`  expires    ${expiresAt.toISOString()}`]),
    `  embedding  ${embedding === null ? "none" : `${embedding.length} numbers`}`,
    `  tags       ${tags.join(", ") || "none"}`,
    `  metadata   ${JSON.stringify(metadata)}`,
    "",
    value,
  ].join("\n");
}

export function addCountCommand(memory: Command): void {
  memory
    .command("count")
    .description("Count entries.")
    .addOption(namespaceOption())
    .addOption(dsnOption())
    .addOption(schemaOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (flags: ReadFlags) => {
      const count = await withStore(flags, ({ database }) => countMemories(database, inNamespace(flags)));
      if (flags.json) printJson({ count });
      else printResult(String(count));
    });
}

export function addNamespacesCommand(memory: Command): void {
  memory
    .command("namespaces")
    .description("List the namespaces and how many entries they have.")
    .addOption(dsnOption())
    .addOption(schemaOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (flags: MemoryFlags) => {
      const namespaces = await withStore(flags, ({ database }) =>
        listNamespaces(database, { schema: flags.schema }),
      );
      if (flags.json) {
        printJson({ namespaces });
        return;
      }
      for (const { namespace, entries, embedded } of namespaces) {
        printResult(
          `${formatCount(entries).padStart(9)}  ${namespace}  (${formatCount(embedded)} with embedding)`,
        );
      }
    });
}

export function addExportCommand(memory: Command): void {
  memory
    .command("export")
    .description("Print records as JSONL, one a line; `memory load` makes the same rows of them.")
    .addOption(
      option("--kind <kind>", "what to export")
        .choices([...memoryKinds])
        .default("entries"),
    )
    .addOption(namespaceOption())
    .addOption(dsnOption())
    .addOption(schemaOption())
    .addOption(quietOption())
    .action(async (flags: ReadFlags & { kind: MemoryKind }) => {
      await withStore(flags, ({ database }) =>
        printLines(exportMemory(database, flags.kind, inNamespace(flags))),
      );
    });
}
