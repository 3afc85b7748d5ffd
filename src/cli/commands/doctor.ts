// copycat doctor: what could be in the way of a load.

import type { Command } from "commander";
import { type CatalogState, readCatalogState } from "../../catalog/index.ts";
import { inspectServer, type ServerFacts } from "../../database/index.ts";
import { inspectMemory, type MemoryFacts } from "../../memory/index.ts";
import { dsnOption, jsonOption, quietOption } from "../options.ts";
import { formatCount, printJson, printResult } from "../output.ts";
import { withDatabase } from "../withDatabase.ts";
import { type MemoryFlags, schemaOption } from "./memory/shared.ts";

interface Diagnosis {
  server: ServerFacts;
  catalog: CatalogState;
  memory: MemoryFacts;
  /** What is not as one would have it, a sentence each. */
  notes: string[];
}

export function addDoctorCommand(program: Command): void {
  program
    .command("doctor")
    .description(
      "Look at the server: version, rights, settings that slow a load, pgvector, the stores. Changes nothing.",
    )
    .addOption(dsnOption())
    .addOption(schemaOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (flags: MemoryFlags) => {
      const diagnosis = await withDatabase("doctor", { ...flags, mustExist: true }, async ({ database }) => {
        const server = await inspectServer(database);
        const catalog = await readCatalogState(database);
        const memory = await inspectMemory(database, flags.schema);
        return { server, catalog, memory, notes: notesOf(server, catalog, memory) };
      });
      if (flags.json) printJson(diagnosis);
      else printResult(formatDiagnosis(diagnosis));
    });
}

function notesOf({ role, settings }: ServerFacts, catalog: CatalogState, memory: MemoryFacts): string[] {
  return [
    ...settings.flatMap(({ name, value, note }) => (note === null ? [] : [`${name} is ${value}: ${note}`])),
    ...(role.canCreateTemp ? [] : [`${role.name} may not make temp tables, which loads go through`]),
    ...(role.canCreateSchemas || memory.exists
      ? []
      : [`${role.name} may not make the schema of a memory store: grant create on database`]),
    ...(catalog.kind === "foreign" ? [catalog.reason] : []),
    ...(memory.exists && memory.embedding?.type === "real[]"
      ? [`searches of memory measure every entry: ${memory.reason}`]
      : []),
  ];
}

function formatDiagnosis({ server, catalog, memory, notes }: Diagnosis): string {
  const { role } = server;
  const { pgvector, embedding } = memory;
  const rights = [
    ...(role.isSuperuser ? ["superuser"] : []),
    ...(role.canCreateSchemas ? ["may make schemas"] : []),
  ];
  return [
    `server    PostgreSQL ${server.version}, database ${server.database}, role ${role.name}${rights.length === 0 ? "" : ` (${rights.join(", ")})`}`,
    `settings  ${server.settings.map(({ name, value }) => `${name} ${value}`).join(", ")}`,
    `catalog   ${catalog.kind === "ready" ? catalog.revision : catalog.kind === "absent" ? "none" : "of another kind"}`,
    `pgvector  ${pgvector.installed === null ? (pgvector.available === null ? "not on this server" : `${pgvector.available} could be installed`) : `${pgvector.installed} installed`}`,
    memory.exists
      ? `memory    ${formatCount(memory.entries ?? 0)} entries in the schema ${memory.schema}, embeddings ${embedding?.type} of ${embedding?.dimensions ?? "any"} dimensions (${memory.reason})`
      : `memory    none in the schema ${memory.schema}; ${memory.reason}`,
    ...(memory.exists ? [`hnsw      ${memory.hnsw.index ?? memory.hnsw.reason}`] : []),
    ...(notes.length === 0 ? ["Nothing is in the way."] : notes.map((note) => `note      ${note}`)),
  ].join("\n");
}
