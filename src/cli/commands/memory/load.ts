// copycat memory load: records of a file into the memory store.

import type { Command } from "commander";
import { type MergePolicy, mergePolicies } from "../../../bulk/index.ts";
import {
  checkMemoryInput,
  type EmbeddingChoice,
  embeddingChoices,
  type LoadFileOptions,
  loadMemoryFile,
  type MemoryKind,
  memoryKinds,
} from "../../../memory/index.ts";
import { dsnOption, jsonOption, option, quietOption, wholeNumber } from "../../options.ts";
import { runStoreLoad } from "../../runStoreLoad.ts";
import { formatLoadReport } from "./loadSummary.ts";
import { type MemoryFlags, schemaOption } from "./shared.ts";

interface LoadFlags extends MemoryFlags {
  kind: MemoryKind;
  onConflict: MergePolicy;
  rejects?: string;
  maxRejects?: number;
  dryRun: boolean;
  namespace: string;
  dimensions?: number;
  embedding: EmbeddingChoice;
  keepEmbeddings: boolean;
  rebuildIndex: "auto" | "never";
}

const examples = `
Files: JSONL (one record a line), a JSON list, {"entries": [...]}, {"results": [...]}, {"namespace": [...]}, {"key": "value"};
plain, or packed with gzip or zstd.

Examples:
  copycat memory load entries.jsonl --kind entries
  copycat memory load memory.json --kind entries --on-conflict update --keep-embeddings
  copycat memory export --schema memory | copycat memory load - --kind entries --schema copy
  copycat memory load .copycat/rejects/RUN.ndjson --kind entries     rejects, once they are mended

Exit codes: 0 all in; 1 failed, nothing changed; 2 wrong usage; 3 finished, with rejects.`;

export function addLoadCommand(memory: Command): void {
  memory
    .command("load")
    .description("Load memory entries, patterns or trajectories, all in one transaction.")
    .argument("<file>", "file of records, or - for stdin")
    .addOption(
      option("--kind <kind>", "what the records are", "none: it has to be said")
        .choices([...memoryKinds])
        .makeOptionMandatory(),
    )
    .addOption(
      option("--on-conflict <policy>", "what to do with records that are there already")
        .choices([...mergePolicies])
        .default("skip"),
    )
    .addOption(option("--rejects <file>", "where rejects go", ".copycat/rejects/RUN.ndjson"))
    .addOption(
      option(
        "--max-rejects <n>",
        "fail, with nothing changed, when there are more rejects",
        "no limit",
      ).argParser(wholeNumber(0)),
    )
    .addOption(option("--dry-run", "read, check and report; change nothing").default(false))
    .addOption(option("--namespace <name>", "namespace of entries that name none").default("default"))
    .addOption(
      option(
        "--dimensions <n>",
        "numbers in an embedding",
        "those of the store that is there, 384 for a new one",
      ).argParser(wholeNumber(1)),
    )
    .addOption(
      option(
        "--embedding <type>",
        "how a new store keeps embeddings; auto: vector where there is pgvector, else real[]",
      )
        .choices([...embeddingChoices])
        .default("auto"),
    )
    .addOption(
      option(
        "--keep-embeddings",
        "on update, a record without an embedding leaves the one that is stored",
      ).default(false),
    )
    .addOption(
      option(
        "--rebuild-index <when>",
        "auto: a load that is large against the store drops the vector index and builds it anew afterwards",
      )
        .choices(["auto", "never"])
        .default("auto"),
    )
    .addOption(dsnOption())
    .addOption(schemaOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText("after", examples)
    .action(async (file: string, flags: LoadFlags) => {
      process.exitCode = await runLoad(file, flags);
    });
}

function runLoad(file: string, flags: LoadFlags): Promise<number> {
  const options = makeOptions(file, flags);
  return runStoreLoad({
    command: "memory load",
    flags,
    stopping: "Stopping; what is not committed is rolled back.",
    check: (hooks) => checkMemoryInput({ ...options, ...hooks }),
    load: (database, hooks) => loadMemoryFile(database, { ...options, ...hooks }),
    format: (report, opened) => formatLoadReport(report, flags, opened),
  });
}

function makeOptions(input: string, flags: LoadFlags): LoadFileOptions {
  const { kind, onConflict, namespace, schema, embedding, dryRun, rebuildIndex } = flags;
  return {
    input,
    kind,
    onConflict,
    namespace,
    schema,
    embedding,
    dryRun,
    rebuildIndex,
    keepEmbedding: flags.keepEmbeddings,
    stdin: process.stdin,
    ...(flags.rejects === undefined ? {} : { rejectsFile: flags.rejects }),
    ...(flags.maxRejects === undefined ? {} : { maxRejects: flags.maxRejects }),
    ...(flags.dimensions === undefined ? {} : { dimensions: flags.dimensions }),
  };
}
