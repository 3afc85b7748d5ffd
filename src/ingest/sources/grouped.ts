// Layout grouped: one file holds many entities, each a group. The file is walked once, entity by entity.

import type { DatasetItem, ProblemItem, WalkItem } from "../../hdf5/index.ts";
import { stringToJson } from "../../json.ts";
import type { ListedFile } from "../listFiles.ts";
import { type CatalogFile, type MetadataEntry, makeContainer, reject } from "../shape.ts";
import type { SourceBatch } from "../types.ts";
import { extraEntries, isPassedOver, locators, makeArtifact } from "./artifacts.ts";
import { BatchBuilder } from "./batch.ts";
import { type DatasetContext, keyOfFile } from "./context.ts";

/** Parameters longer than this are no parameters. */
const parameterElements = 100;

interface EntityGroup {
  name: string;
  path: string;
  items: Map<string, DatasetItem | ProblemItem>;
  attributes: Record<string, MetadataEntry[1]>;
}

export async function* readGrouped(
  context: DatasetContext,
  listed: ListedFile,
  file: CatalogFile,
): AsyncGenerator<SourceBatch> {
  const base = context.description.data.entityGroup ?? "/";
  const items = context.reader.walk(file.path, { root: base, valueElements: parameterElements });
  const batch = new BatchBuilder();
  let attributes: EntityGroup["attributes"] = {};
  for await (const entity of splitEntities(items, base, (root) => {
    attributes = root;
  })) {
    if ("kind" in entity) {
      batch.add(reject({ source: file.path, position: entity.path }, entity.code, entity.message));
      continue;
    }
    if (context.remaining.entities <= 0) break;
    context.remaining.entities -= 1;
    addEntity(batch, context, listed, file, { ...entity, attributes });
    if (batch.isFull) yield batch.take();
  }
  yield batch.take(1);
}

/**
 * Collects what lies below each direct subgroup of `base`; the walk is depth first, so an entity is in one piece.
 * A problem in the place of an entity or of the base is handed on: whole entities would be missing silently.
 */
async function* splitEntities(
  items: AsyncIterable<WalkItem>,
  base: string,
  onRoot: (attributes: EntityGroup["attributes"]) => void,
): AsyncGenerator<EntityGroup | ProblemItem> {
  const prefix = base === "/" ? "/" : `${base.replace(/\/$/, "")}/`;
  let current: EntityGroup | undefined;
  for await (const item of items) {
    const below = item.path.startsWith(prefix) ? item.path.slice(prefix.length) : "";
    if (item.kind === "group" && below === "") onRoot(item.attributes);
    if (item.kind === "dataset" && below === "") {
      yield {
        kind: "problem",
        path: item.path,
        code: "missing_dataset",
        message: `${item.path} is no group`,
      };
    } else if (item.kind === "problem" && (below === "" || mayBeEntity(item, below))) {
      yield item;
    } else if (item.kind === "group" && below !== "" && !below.includes("/")) {
      if (current !== undefined) yield current;
      current = { name: below, path: item.path, items: new Map(), attributes: {} };
    } else if (item.kind !== "group" && current !== undefined && item.path.startsWith(`${current.path}/`)) {
      current.items.set(item.path.slice(current.path.length + 1), item);
    }
  }
  if (current !== undefined) yield current;
}

/** Something in an entity's place that cannot be entered; a data set of a strange type is none of our business. */
function mayBeEntity({ code }: ProblemItem, below: string): boolean {
  return !below.includes("/") && code !== "unsupported_type";
}

function addEntity(
  batch: BatchBuilder,
  context: DatasetContext,
  listed: ListedFile,
  file: CatalogFile,
  entity: EntityGroup,
): void {
  const { description, label } = context;
  const key = `${keyOfFile(listed.relativePath)}_${entity.name}`;
  const artifacts = description.artifacts.map(({ dataset }) => findArtifact(entity, dataset));
  const metadata: MetadataEntry[] = [
    ...parameterEntries(context, entity),
    ...extraEntries(extraValues(context, entity)),
    ...locators(description.artifacts, listed.relativePath, null, artifacts),
    ["source_group", stringToJson(entity.path)],
    ["source", stringToJson(label)],
  ];
  batch.add(
    makeContainer({ parentPath: [description.key], key, source: file.path, position: entity.path }, metadata),
  );
  for (const [index, artifact] of description.artifacts.entries()) {
    const item = artifacts[index];
    if (item === undefined || isPassedOver(artifact, item)) continue;
    batch.add(makeArtifact([description.key, key], artifact.type, item, file));
  }
}

function findArtifact(entity: EntityGroup, dataset: string): DatasetItem | ProblemItem {
  const relativePath = dataset.replace(/^\//, "");
  const path = `${entity.path}/${relativePath}`;
  return (
    entity.items.get(relativePath) ?? {
      kind: "problem",
      path,
      code: "missing_dataset",
      message: `the group has no data set ${relativePath}`,
    }
  );
}

/** The subgroup of parameters where there is one, else the scalars of the entity's own group. */
function* parameterEntries({ description }: DatasetContext, entity: EntityGroup): Generator<MetadataEntry> {
  if (description.parameters.location === "root_attributes") {
    yield* Object.entries(entity.attributes);
    return;
  }
  const group = (description.parameters.group ?? "params").replace(/^\/|\/$/g, "");
  const inGroup = [...entity.items.keys()].some((path) => path.startsWith(`${group}/`));
  const prefix = inGroup ? `${group}/` : "";
  for (const [path, item] of entity.items) {
    if (item.kind !== "dataset" || item.value === undefined || !path.startsWith(prefix)) continue;
    const name = path.slice(prefix.length);
    if (name.includes("/") || (!inGroup && item.shape?.length !== 0)) continue;
    yield [name, item.value];
  }
}

function extraValues({ description }: DatasetContext, entity: EntityGroup): Record<string, MetadataEntry[1]> {
  const values: Record<string, MetadataEntry[1]> = {};
  for (const { dataset } of description.extraMetadata) {
    const item = entity.items.get(dataset.replace(/^\//, ""));
    if (item?.kind === "dataset" && item.value !== undefined) values[dataset] = item.value;
  }
  return values;
}
