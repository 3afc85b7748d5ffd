// Joined rows as nodes: an entity's container, then its arrays.

import type { Reject } from "../../../catalog/index.ts";
import type { DatasetItem } from "../../../hdf5/index.ts";
import { asJsonText, type JsonText, objectToJson, stringToJson } from "../../../json.ts";
import type { TableRow } from "../../../manifest/index.ts";
import { type CatalogFile, fileRecord, isReject, makeArray, makeContainer, reject } from "../../shape.ts";
import type { SourceBatch } from "../../types.ts";
import { artifactMetadata } from "../artifacts.ts";
import { BatchBuilder } from "../batch.ts";
import { type Artifact, addArtifacts, locatorText, rowReject } from "./artifacts.ts";
import { metadataText } from "./blockColumns.ts";
import type { ManifestContext } from "./context.ts";
import type { FileProblem } from "./item.ts";
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
  const read = list.map((joined) => {
    const arrays: (Artifact | Reject)[] = [];
    for (const row of joined.artifacts) addArtifacts(context, row, arrays);
    return { joined, arrays };
  });
  const wanted = read.filter(({ arrays }) => isWanted(context, arrays));
  await context.files.ensure(arraysOf(wanted));
  for (const { joined, arrays } of wanted) {
    const checked = arrays.map((array) => (isArtifact(array) ? checkArray(context, array) : array));
    addEntity(batch, context, joined, withoutTwins(context, joined, checked));
  }
  return batch.take(context.files.takeLooked());
}

function isArtifact(value: Artifact | Reject): value is Artifact {
  return "row" in value;
}

/** When one file is taken again, only the entities with arrays in it. */
function isWanted({ only }: ManifestContext, arrays: readonly (Artifact | Reject)[]): boolean {
  return only === undefined || arrays.some((one) => isArtifact(one) && only.has(one.array.file.path));
}

function* arraysOf(read: Iterable<{ arrays: readonly (Artifact | Reject)[] }>) {
  for (const { arrays } of read) for (const one of arrays) if (isArtifact(one)) yield one.array;
}

function checkArray(context: ManifestContext, artifact: Artifact): FoundArray | Reject {
  const { row, index, array } = artifact;
  const { file, item, dataset } = array;
  const { found } = file;
  if (found !== null && "code" in found) return refuseArray(context, artifact, found);
  if (found === null || item === null) {
    return rowReject(context, row, "missing_dataset", "nothing is known of its array");
  }
  if ("code" in item) {
    // The other messages name the file themselves.
    const where = "kind" in item && item.code !== "missing_dataset" ? `${file.path}: ` : "";
    return refuseArray(context, artifact, { code: item.code, message: `${where}${item.message}` });
  }
  const length = item.shape?.[0];
  if (index !== null && (length === undefined || index >= length)) {
    const has = length === undefined ? "is a scalar" : `has ${length} rows`;
    return rowReject(
      context,
      row,
      "bad_index",
      `the index is ${index}, but ${dataset} in ${file.path} ${has}`,
    );
  }
  return { artifact, file: found, item };
}

/** What the file is to blame for: it can be taken again by its name. */
function refuseArray(
  context: ManifestContext,
  { row, array }: Artifact,
  { code, message }: FileProblem,
): Reject {
  const record = fileRecord(context.description.file, array.file.path, context.givenLabel);
  return { ...rowReject(context, row, code, message), record };
}

function addEntity(
  batch: BatchBuilder,
  context: ManifestContext,
  joined: JoinedEntity,
  arrays: readonly (FoundArray | Reject)[],
): void {
  const { entity } = joined;
  const found = arrays.filter((array): array is FoundArray => "artifact" in array);
  const container = entity === null ? null : makeEntity(context, joined, entity, found);
  if (container !== null) batch.add(container);
  const parentPath =
    container === null || isReject(container) ? null : [...container.parentPath, container.key];
  for (const array of arrays) {
    if (!("artifact" in array)) batch.add(array);
    else if (parentPath === null) {
      batch.add(rowReject(context, array.artifact.row, "no_entity", whyNoEntity(context, joined, array)));
    } else batch.add(makeArtifactNode(context, parentPath, array));
  }
}

/** Of two arrays of an entity with one key the later one is refused. */
function withoutTwins(
  context: ManifestContext,
  { entity }: JoinedEntity,
  arrays: readonly (FoundArray | Reject)[],
): readonly (FoundArray | Reject)[] {
  if (entity === null) return arrays;
  const keys = new Set<string>();
  return arrays.map((array) => {
    if (!("artifact" in array)) return array;
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
  const { problem } = entity;
  if (problem !== null) return reject(place, problem.code, problem.message);
  const uid = uidOf(entity, tables.columns.entityUid);
  if (uid === null) return reject(place, "missing_value", `the row has no ${tables.columns.entityUid}`);
  if (isRepeated)
    return reject(place, "duplicate_uid", `the uid ${JSON.stringify(uid)} is an earlier entity's`);
  const key =
    tables.entityKey === "column" ? entity.text("key") : `${description.key}_${uid.slice(0, uidCharacters)}`;
  if (key === null) return reject(place, "missing_value", "the row has no key");
  return makeContainer(
    { ...place, parentPath: [description.key], key },
    entityMetadata(context, entity, arrays),
  );
}

/** Of members with one name jsonb keeps the last: no column overwrites what is known of the arrays. */
function entityMetadata(
  { blocks, label }: ManifestContext,
  { block, index }: TableRow,
  arrays: readonly FoundArray[],
): JsonText {
  let text = metadataText(blocks.ofEntities(block), index);
  for (const { artifact } of arrays) text += locatorText(artifact);
  text += `,"source":${stringToJson(label)}}`;
  return asJsonText(`{${text.slice(1)}`);
}

function makeArtifactNode(
  { blocks, artifacts }: ManifestContext,
  parentPath: readonly string[],
  { artifact, file, item }: FoundArray,
): ReturnType<typeof makeArray> {
  const { row, key, type, index } = artifact;
  const place = { parentPath, key, source: artifacts.path, position: row.position };
  const more = metadataText(blocks.ofArtifacts(row.block).metadata, row.index);
  const metadata = asJsonText(`${metadataStart(type, item, index !== null)}${more}}`);
  return makeArray(place, item, file, metadata, index === null ? {} : { index });
}

/** What the rows of a data set have in common, without the brace that ends it. */
function metadataStart(type: string, item: DatasetItem, isRow: boolean): string {
  const known = starts.get(item);
  if (known?.type === type && known.isRow === isRow) return known.text;
  const shape = isRow ? (item.shape ?? []).slice(1) : (item.shape ?? []);
  const text = objectToJson(artifactMetadata(type, item, shape)).slice(0, -1);
  starts.set(item, { type, isRow, text });
  return text;
}

const starts = new WeakMap<DatasetItem, { type: string; isRow: boolean; text: string }>();
