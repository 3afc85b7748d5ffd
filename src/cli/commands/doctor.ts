// copycat doctor: what could be in the way of a load.

import type { Command } from "commander";
import { type CatalogState, readCatalogState } from "../../catalog/index.ts";
import { inspectServer, readStandby, type ServerFacts, type StandbyFacts } from "../../database/index.ts";
import {
  inspectLibraryStore,
  type LibraryStoreFacts,
  defaultSchema as librarySchema,
} from "../../library/index.ts";
import { inspectMemory, type MemoryFacts } from "../../memory/index.ts";
import { dsnOption, jsonOption, option, quietOption, targetsOption } from "../options.ts";
import { formatCount, plural } from "../output.ts";
import { printDocuments, printTexts } from "../targetAnswers.ts";
import { askTargets } from "../withTargets.ts";
import { type MemoryFlags, schemaOption } from "./memory/shared.ts";

interface DoctorFlags extends MemoryFlags {
  targets?: string;
  librarySchema: string;
}

interface Diagnosis {
  server: ServerFacts;
  /** Null for a primary. */
  standby: StandbyFacts | null;
  catalog: CatalogState;
  memory: MemoryFacts;
  library: LibraryStoreFacts;
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
    .addOption(targetsOption())
    .addOption(schemaOption())
    .addOption(
      option("--library-schema <name>", "schema that holds the library store's tables").default(
        librarySchema,
      ),
    )
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (flags: DoctorFlags) => {
      const answers = await askTargets("doctor", { ...flags, mustExist: true }, async ({ database }) => {
        const server = await inspectServer(database);
        const standby = await readStandby(database);
        const catalog = await readCatalogState(database);
        const memory = await inspectMemory(database, flags.schema);
        const library = await inspectLibraryStore(database, flags.librarySchema);
        const notes = [...notesOf(server, catalog, memory), ...libraryNotes(library)];
        return { server, standby, catalog, memory, library, notes };
      });
      if (flags.json) printDocuments(answers);
      else printTexts(answers, formatDiagnosis);
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

function libraryNotes({ problem, schema, pending, trigrams }: LibraryStoreFacts): string[] {
  return [
    ...(problem === null ? [] : [problem]),
    ...(pending.length === 0
      ? []
      : [`the next scan brings the schema ${schema} up to date: ${pending.join(", ")}`]),
    ...(trigrams.schema === null && trigrams.available === null
      ? ["this server has no pg_trgm, which --fuzzy-artists of libraries needs"]
      : []),
  ];
}

function libraryLine({
  exists,
  schema,
  libraries,
  files,
  version,
  trigrams,
  problem,
}: LibraryStoreFacts): string {
  const { available } = trigrams;
  const notYet =
    available === null ? "no pg_trgm" : `pg_trgm ${available} is made when --fuzzy-artists needs it`;
  const near = trigrams.schema === null ? notYet : `pg_trgm in the schema ${trigrams.schema}`;
  if (!exists) return `library   none in the schema ${schema}; ${near}`;
  if (problem !== null) return `library   in the schema ${schema}, which this role may not read; ${near}`;
  const rows = `${plural(files ?? 0, "file")} of ${plural(libraries ?? 0, "library", "libraries")}`;
  return `library   ${rows} in the schema ${schema}, version ${version}; ${near}`;
}

function formatDiagnosis({ server, catalog, memory, library, notes }: Diagnosis): string {
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
    libraryLine(library),
    ...(notes.length === 0 ? ["Nothing is in the way."] : notes.map((note) => `note      ${note}`)),
  ].join("\n");
}
