// Joined rows as nodes: an entity's container, then its arrays.

import type { Reject } from "../../../catalog/index.ts";
import type { DatasetItem } from "../../../hdf5/index.ts";
import { stringToJson } from "../../../json.ts";
import { cellText, type TableRow } from "../../../manifest/index.ts";
import {
  type CatalogFile,
  fileRecord,
  isReject,
  type MetadataEntry,
  makeArray,
  makeContainer,
  reject,
} from "../../shape.ts";
import type { SourceBatch } from "../../types.ts";
import { artifactMetadata } from "../artifacts.ts";
import { BatchBuilder } from "../batch.ts";
import { type Artifact, artifactLocators, readArtifacts, rowReject } from "./artifacts.ts";
import { type ManifestContext, metadataCells } from "./context.ts";
import type { FileProblem, Item } from "./item.ts";
import { type JoinedEntity, uidOf } from "./joined.ts";

/** Characters of an entity's uid in its key, as the predecessor has it. */
const uidCharacters = 13;

/** An array that can go in. */
interface FoundArray {
  artifact: Artifact;
  file: CatalogFile;
  item: DatasetItem;
}

/** One list of joined rows; every file that they need is looked at before. */
export async function shapeEntities(
  context: ManifestContext,
  list: readonly JoinedEntity[],
): Promise<SourceBatch> {
  const batch = new BatchBuilder();
  const read = list
    .map((joined) => ({ joined, rows: joined.artifacts.flatMap((row) => readArtifacts(context, row)) }))
    .filter(({ rows }) => isWanted(context, rows));
  const artifacts = read.flatMap(({ rows }) => rows.filter(isArtifact));
  const found = (await findArrays(context, artifacts)).values();
  for (const { joined, rows } of read) {
    const arrays = rows.map((row) =>
      isArtifact(row) ? (found.next().value ?? missingArray(context, row)) : row,
    );
    addEntity(batch, context, joined, withoutTwins(context, joined, arrays));
  }
  return batch.take(context.files.takeLooked());
}

function isArtifact(value: Artifact | Reject): value is Artifact {
  return "row" in value;
}

function missingArray(context: ManifestContext, { row }: Artifact): Reject {
  return rowReject(context, row, "missing_dataset", "nothing is known of its array");
}

/** When one file is taken again, only the entities with arrays in it. */
function isWanted({ only }: ManifestContext, artifacts: readonly (Artifact | Reject)[]): boolean {
  return only === undefined || artifacts.some((one) => isArtifact(one) && only.has(one.path));
}

async function findArrays(
  context: ManifestContext,
  artifacts: readonly Artifact[],
): Promise<(FoundArray | Reject)[]> {
  const files = await Promise.all(artifacts.map(({ path }) => context.files.file(path)));
  const known = artifacts.map(({ row, dataset }, index) => {
    const file = files[index];
    if (file !== undefined && "code" in file) return file;
    return context.tables.fanOut === null ? context.declared.find(row, dataset) : null;
  });
  const unknown = artifacts.filter((_, index) => known[index] === null);
  const described = (await context.files.items(unknown)).values();
  return artifacts.map((artifact, index) => {
    const item = known[index] ?? described.next().value;
    const file = files[index];
    if (item === undefined || file === undefined) return missingArray(context, artifact);
    return checkArray(context, artifact, file, item);
  });
}

function checkArray(
  context: ManifestContext,
  artifact: Artifact,
  file: CatalogFile | FileProblem,
  item: Item | FileProblem,
): FoundArray | Reject {
  const { row, path, index, dataset } = artifact;
  const problem = "code" in file ? file : "code" in item ? item : null;
  if (problem !== null) {
    const record = fileRecord(context.description.file, path, context.givenLabel);
    // The other messages name the file themselves.
    const where = "kind" in item && problem.code !== "missing_dataset" ? `${path}: ` : "";
    return { ...rowReject(context, row, problem.code, `${where}${problem.message}`), record };
  }
  if ("code" in file || "code" in item) return missingArray(context, artifact);
  const length = item.shape?.[0];
  if (index !== null && (length === undefined || index >= length)) {
    const found = length === undefined ? "is a scalar" : `has ${length} rows`;
    return rowReject(context, row, "bad_index", `the index is ${index}, but ${dataset} in ${path} ${found}`);
  }
  return { artifact, file, item };
}

function addEntity(
  batch: BatchBuilder,
  context: ManifestContext,
  joined: JoinedEntity,
  arrays: readonly (FoundArray | Reject)[],
): void {
  const found = arrays.filter((array): array is FoundArray => "artifact" in array);
  const { entity } = joined;
  const container = entity === null ? null : makeEntity(context, joined, entity, found);
  if (container !== null) batch.add(container);
  for (const array of arrays) {
    if (!("artifact" in array)) batch.add(array);
    else if (container === null || isReject(container)) {
      batch.add(rowReject(context, array.artifact.row, "no_entity", whyNoEntity(context, joined, array)));
    } else batch.add(makeArtifactNode(context, container.key, array));
  }
}

/** Of two arrays of an entity with one key the later one is refused. */
function withoutTwins(
  context: ManifestContext,
  { entity }: JoinedEntity,
  arrays: readonly (FoundArray | Reject)[],
): (FoundArray | Reject)[] {
  const keys = new Set<string>();
  return arrays.map((array) => {
    if (entity === null || !("artifact" in array)) return array;
    const { key, row } = array.artifact;
    if (keys.has(key)) {
      const message = `its entity has an array ${JSON.stringify(key)} already`;
      return rowReject(context, row, "duplicate_artifact", message);
    }
    keys.add(key);
    return array;
  });
}

function whyNoEntity(
  { tables }: ManifestContext,
  { entity }: JoinedEntity,
  { artifact }: FoundArray,
): string {
  if (entity !== null) return `its entity (${entity.position}) cannot be taken`;
  const uid = uidOf(artifact.row, tables.columns.entityUid);
  return uid === null
    ? `the row has no ${tables.columns.entityUid}`
    : `there is no entity ${JSON.stringify(uid)}`;
}

function makeEntity(
  context: ManifestContext,
  { isRepeated }: JoinedEntity,
  entity: TableRow,
  arrays: readonly FoundArray[],
): ReturnType<typeof makeContainer> {
  const { tables, description, entities } = context;
  const place = { source: entities.path, position: entity.position };
  if (entity.problem !== null) return reject(place, entity.problem.code, entity.problem.message);
  const uid = uidOf(entity, tables.columns.entityUid);
  if (uid === null) return reject(place, "missing_value", `the row has no ${tables.columns.entityUid}`);
  if (isRepeated)
    return reject(place, "duplicate_uid", `the uid ${JSON.stringify(uid)} is an earlier entity's`);
  const key =
    tables.entityKey === "column"
      ? cellText(entity.cells.get("key"))
      : `${description.key}_${uid.slice(0, uidCharacters)}`;
  if (key === null) return reject(place, "missing_value", "the row has no key");
  return makeContainer(
    { ...place, parentPath: [description.key], key },
    entityMetadata(context, entity, arrays),
  );
}

/** A later entry counts: what is known of the arrays is not overwritten by columns of such names. */
function entityMetadata(
  { names, label }: ManifestContext,
  { cells }: TableRow,
  arrays: readonly FoundArray[],
): Map<string, MetadataEntry[1]> {
  const metadata = new Map(metadataCells(cells, names.entities));
  for (const { artifact } of arrays) {
    for (const [name, value] of artifactLocators(artifact)) metadata.set(name, value);
  }
  return metadata.set("source", stringToJson(label));
}

function makeArtifactNode(
  { names, description, artifacts }: ManifestContext,
  entityKey: string,
  { artifact, file, item }: FoundArray,
): ReturnType<typeof makeArray> {
  const { row, key, type, index } = artifact;
  const place = {
    parentPath: [description.key, entityKey],
    key,
    source: artifacts.path,
    position: row.position,
  };
  const shape = index === null ? (item.shape ?? []) : (item.shape ?? []).slice(1);
  const metadata = [...artifactMetadata(type, item, shape), ...metadataCells(row.cells, names.artifacts)];
  return makeArray(place, item, file, metadata, index === null ? {} : { index });
}
