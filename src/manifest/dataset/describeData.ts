// The sections `data` and `parameters`: which files, and how entities lie in them.

import { statSync } from "node:fs";
import { dirname, posix, resolve } from "node:path";
import { errorCode, errorMessage } from "../../errors.ts";
import type { MappingReader } from "./reader.ts";
import { normaliseHdf5Path } from "./sections.ts";
import {
  type DatasetDescription,
  type Layout,
  layouts,
  type ParameterLocation,
  parameterLocations,
} from "./types.ts";

type Data = DatasetDescription["data"];
type Parameters = DatasetDescription["parameters"];

const dataKeys = ["directory", "file_pattern", "layout", "server_base_dir", "entity_group"];

/** Those of layout manifest, besides. */
const manifestKeys = [
  "entity_manifest",
  "artifact_manifest",
  "entity_uid_column",
  "artifact_uid_column",
  "file_column",
];

const defaultLocations: Record<Layout, ParameterLocation> = {
  per_entity: "root_scalars",
  batched: "group",
  grouped: "group_scalars",
  manifest: "manifest",
};

/** What can be said of `data`; a part that is wrong is null and noted. */
export interface DataParts {
  directory: string | null;
  filePattern: string;
  layout: Layout | null;
  serverBaseDir: string | null;
  entityGroup: string | null;
}

export function readData(root: MappingReader, file: string): DataParts | null {
  const data = root.inner("data", "a mapping with directory and layout", true);
  if (data === null) return null;
  const layout = data.choice("layout", layouts, true);
  data.onlyKeys(layout === "manifest" ? [...dataKeys, ...manifestKeys] : dataKeys, ["batch_size"]);
  const entityGroup = data.text("entity_group", "the path of a group in the HDF5 file");
  if (entityGroup !== null && layout !== null && layout !== "grouped") {
    data.fail("entity_group", `expected it with layout grouped only, got it with layout ${layout}`);
  }
  return {
    directory: readDirectory(data, "directory", file),
    filePattern: data.text("file_pattern", "a glob such as **/*.h5") ?? "**/*.h5",
    layout,
    serverBaseDir: readServerDirectory(data),
    entityGroup: entityGroup === null ? null : normaliseHdf5Path(entityGroup),
  };
}

export function readDirectory(data: MappingReader, key: string, file: string): string | null {
  const expected = "an existing folder";
  const text = data.text(key, expected, true);
  if (text === null) return null;
  const directory = resolve(dirname(file), text);
  try {
    if (statSync(directory).isDirectory()) return directory;
    return data.mismatch(key, expected, ` (${directory} is a file)`);
  } catch (error) {
    const reason = errorCode(error) === "ENOENT" ? `there is no ${directory}` : errorMessage(error);
    return data.mismatch(key, expected, ` (${reason})`);
  }
}

export function readServerDirectory(data: MappingReader): string | null {
  const value = data.find("server_base_dir");
  // Descriptions of the predecessor say "" for "the same".
  if (value?.kind === "scalar" && value.value === "") return null;
  const expected = "an absolute path, as the serving machine sees the folder";
  const text = data.text("server_base_dir", expected);
  if (text === null) return null;
  if (!text.startsWith("/")) return data.mismatch("server_base_dir", expected);
  const path = posix.normalize(text);
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

/** `parameters`, with the location that goes with the layout when it names none. */
export function readParameters(
  root: MappingReader,
  data: DataParts | null,
): Parameters & { entityGroup: string | null } {
  const parameters = root.inner("parameters", "a mapping with location");
  // The predecessor kept the entities' group here; `manifest` names the folder of the tables.
  parameters?.onlyKeys(["location", "group"], ["entity_group", "manifest"]);
  const given = parameters?.find("location") ?? null;
  const chosen = parameters?.choice("location", parameterLocations) ?? null;
  const location = chosen ?? defaultLocations[data?.layout ?? "per_entity"];
  const expectedGroup = "the path of the group in the HDF5 file that holds the parameters";
  const group = parameters?.text("group", expectedGroup) ?? null;
  // Only complain when the location is certain: written down and right, or the layout's own.
  const isCertain = chosen !== null || (given === null && data?.layout != null);
  const groupValue = parameters?.find("group") ?? null;
  if (isCertain && location === "group" && groupValue === null) {
    const reason =
      given === null
        ? "parameters of layout batched are in a group unless location says otherwise"
        : "the key is missing";
    const message = `expected ${expectedGroup}, got nothing (${reason})`;
    if (parameters === null) root.fail("parameters.group", message);
    else parameters.fail("group", message);
  }
  const entityGroup = parameters?.text("entity_group", "the path of a group in the HDF5 file") ?? null;
  return {
    location,
    group: group === null ? null : normaliseHdf5Path(group),
    entityGroup: entityGroup === null ? null : normaliseHdf5Path(entityGroup),
  };
}

/** The finished section; null when a part is missing. */
export function finishData(parts: DataParts | null, predecessorGroup: string | null): Data | null {
  if (parts === null || parts.directory === null || parts.layout === null) return null;
  const { directory, filePattern, layout, serverBaseDir } = parts;
  const entityGroup = layout === "grouped" ? (parts.entityGroup ?? predecessorGroup ?? "/") : "/";
  return { directory, filePattern, layout, serverBaseDir, entityGroup };
}
