// A dataset whose entities and artifacts are rows of tables.

import { stringToJson } from "../../../json.ts";
import { type DatasetDescription, type ManifestTables, openTable } from "../../../manifest/index.ts";
import { describeInput } from "../../files/describeInput.ts";
import { stampFiles } from "../../files/stampFiles.ts";
import { concatReadAhead } from "../../readAhead.ts";
import { type MetadataEntry, makeContainer } from "../../shape.ts";
import type { NodeSource, SourceBatch, SourceContext } from "../../types.ts";
import { BatchBuilder } from "../batch.ts";
import { BlockColumns } from "./blockColumns.ts";
import { checkColumns, columnNames, textColumns } from "./columns.ts";
import { constantColumns } from "./constants.ts";
import type { ManifestContext } from "./context.ts";
import { shapeEntities } from "./entities.ts";
import { FileDescriptions } from "./files.ts";
import { joinTables } from "./join.ts";
import type { JoinedEntity } from "./joined.ts";

export interface ManifestOptions {
  label?: string | undefined;
  /** Absolute paths of the only files to take. */
  only?: ReadonlySet<string> | undefined;
}

/**
 * Opens the tables of a description.
 *
 * @throws CopycatError UNREADABLE_SOURCE for a table that cannot be read; INVALID_INPUT for missing columns
 */
export async function openManifestSource(
  description: DatasetDescription,
  tables: ManifestTables,
  options: ManifestOptions = {},
): Promise<NodeSource> {
  const texts = textColumns(tables);
  const entities = await openTable(tables.entities, texts);
  const artifacts = await openTable(tables.artifacts, texts);
  checkColumns(tables, entities, artifacts);
  const label = options.label ?? description.label;
  const { data } = description;
  return {
    dataset: description.key,
    label,
    directories: [data.serverBaseDir ?? data.directory],
    countFiles: () => Promise.resolve(null),
    stamp: () => stampFiles([description.file, tables.entities, tables.artifacts]),
    batches: (context) =>
      readUnlessUnchanged({
        ...context,
        description,
        tables,
        entities,
        artifacts,
        label,
        givenLabel: options.label,
        only: options.only,
        files: new FileDescriptions(context.reader, data, context.trustLayout),
      }),
  };
}

/** What its columns are for depends on what is in them. */
type Opened = Omit<ManifestContext, "blocks">;

/** Nothing is read when neither the tables nor any file that they name has changed. */
async function* readUnlessUnchanged(context: Opened): AsyncGenerator<SourceBatch> {
  const { description, tables, gate, files } = context;
  if (context.only !== undefined || Number.isFinite(context.limit)) {
    yield* readManifest(context);
    return;
  }
  const stream = await gate.beginStream({
    dataset: description.key,
    input: description.file,
    root: description.data.directory,
    // What was taken on trust is not known to be so.
    description: `${describeInput(description, context.label)}${context.trustLayout ? " trusted" : ""}`,
    tables: [tables.entities, tables.artifacts],
  });
  if (stream.isUnchanged) return;
  files.onLook = (path) => stream.use(path);
  yield* stream.track(readManifest(context));
}

async function* readManifest(opened: Opened): AsyncGenerator<SourceBatch> {
  const { description, entities, artifacts, tables, reader } = opened;
  const constants = await findConstants(opened);
  const blocks = new BlockColumns(tables.columns, columnNames(tables, constants));
  const context = { ...opened, blocks };
  const head = new BatchBuilder();
  const place = { parentPath: [], key: description.key, source: description.file, position: "/" };
  head.add(
    makeContainer(
      place,
      new Map([
        ...constants.entities,
        ...constants.artifacts,
        ...description.metadata,
        ...description.provenance,
        ["source", stringToJson(context.label)] as const,
      ]),
    ),
  );
  yield head.take();
  const joined = joinTables({ entities, artifacts, uid: tables.columns.entityUid });
  yield* concatReadAhead(limited(joined, context.limit), reader.workers + 1, async function* (list) {
    yield await shapeEntities(context, list);
  });
  noticeTrust(context, context.files.trusted);
}

/** What the YAML says of the dataset counts; such a column stays with the rows. */
async function findConstants({
  description,
  tables,
  entities,
  artifacts,
}: Opened): Promise<Record<"entities" | "artifacts", Map<string, MetadataEntry[1]>>> {
  if (!tables.promotesConstants) return { entities: new Map(), artifacts: new Map() };
  const { entityUid, artifactUid, file } = tables.columns;
  const said = [...description.metadata, ...description.provenance].map(([name]) => name);
  const locator = [
    entityUid,
    artifactUid ?? "",
    file,
    "type",
    "dataset",
    "index",
    "shape",
    "dtype",
    "source",
  ];
  return {
    entities: await constantColumns(entities, [...said, ...locator]),
    artifacts: await constantColumns(artifacts, [...said, ...locator]),
  };
}

async function* limited(
  lists: AsyncIterable<JoinedEntity[]>,
  limit: number,
): AsyncGenerator<readonly JoinedEntity[]> {
  let left = limit;
  for await (const list of lists) {
    const taken: JoinedEntity[] = [];
    for (const one of list) {
      if (left <= 0) break;
      taken.push(one);
      if (one.entity !== null) left -= 1;
    }
    yield taken;
    if (left <= 0) return;
  }
}

function noticeTrust({ log }: SourceContext, trusted: number): void {
  if (trusted === 0) return;
  log.notice(
    `${trusted} arrays were taken to be like those of the first 100 files, since the layout is to be trusted, and their ` +
      "files not opened. `copycat verify --files` opens them all.",
  );
}
