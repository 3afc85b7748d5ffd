// Layout per_entity: one file is one entity; its parameters lie in the file, its artifacts are data sets of it.

import type { JsonRecord, PickRequest, PickResult } from "../../hdf5/index.ts";
import { stringToJson } from "../../json.ts";
import type { DatasetDescription } from "../../manifest/index.ts";
import type { ListedFile } from "../listFiles.ts";
import { type CatalogFile, type MetadataEntry, makeContainer } from "../shape.ts";
import type { SourceBatch } from "../types.ts";
import {
  extraEntries,
  isPassedOver,
  lacksParameters,
  locators,
  makeArtifact,
  noParameters,
} from "./artifacts.ts";
import { BatchBuilder } from "./batch.ts";
import { type DatasetContext, keyOfFile } from "./context.ts";

export async function* readPerEntity(
  context: DatasetContext,
  listed: ListedFile,
  file: CatalogFile,
): AsyncGenerator<SourceBatch> {
  const { description, reader } = context;
  const picked = await reader.pick(file.path, pickRequest(description));
  const batch = new BatchBuilder();
  if (lacksParameters(description, picked.values)) {
    batch.add(noParameters(description, file));
    yield batch.take(1);
    return;
  }
  const key = keyOfFile(listed.relativePath);
  batch.add(
    makeContainer(
      { parentPath: [description.key], key, source: file.path, position: "/" },
      entityMetadata(context, listed, picked),
    ),
  );
  for (const [index, artifact] of description.artifacts.entries()) {
    const item = picked.datasets[index];
    if (item === undefined || isPassedOver(artifact, item)) continue;
    batch.add(makeArtifact([description.key, key], artifact.type, item, file));
  }
  context.remaining.entities -= 1;
  yield batch.take(1);
}

function pickRequest({ artifacts, parameters, extraMetadata }: DatasetDescription): PickRequest {
  const request: PickRequest = {
    datasets: artifacts.map(({ dataset }) => dataset),
    valuesOf: extraMetadata.map(({ dataset }) => dataset),
  };
  switch (parameters.location) {
    case "root_attributes":
      return { ...request, attributesOf: "/" };
    case "group":
    case "group_scalars":
      return { ...request, valuesIn: parameters.group ?? "/" };
    default:
      return { ...request, valuesIn: "/", scalarsOnly: true };
  }
}

function* entityMetadata(
  { description, label }: DatasetContext,
  listed: ListedFile,
  picked: PickResult,
): Generator<MetadataEntry> {
  const parameters: JsonRecord =
    description.parameters.location === "root_attributes" ? picked.attributes : picked.values;
  yield* Object.entries(parameters);
  yield* extraEntries(picked.single);
  yield* locators(description.artifacts, listed.relativePath, null, picked.datasets);
  yield ["source", stringToJson(label)];
}
