// Where all arrays of a dataset lie, for those who open the files themselves.

import type { Database } from "../../database/index.ts";
import { CopycatError } from "../../errors.ts";
import { dataTypeName } from "../../hdf5/index.ts";
import { catalogNames } from "../tables.ts";
import { findContainer, keysOf, pagesOfChildren } from "./locate.ts";
import { datasetOf, fileOfUri, type SourceRow } from "./locator.ts";
import { listArraysSql } from "./sql.ts";

/** One file of one array. An array in several files has a row for each, numbered from 0 in the order of its parts. */
export interface ListedLocator {
  /** Key of the entity; null for an array directly in the dataset. */
  entity: string | null;
  /** Path of the array below the entity. */
  artifact: string;
  /** Absolute path, or the URI where it is no file of this machine. */
  file: string;
  num: number | null;
  dataset: string | null;
  /** numpy-style, when the array is a part of the data set. */
  slice: string | null;
  /** The slice as a number, when it is one: the row of a batched data set. */
  index: number | null;
  shape: number[] | null;
  /** numpy's name. */
  dtype: string | null;
}

export interface ListOptions {
  /** Only arrays at this path below their entity. */
  artifact?: string;
  schema?: string;
}

interface ArrayRow extends SourceRow {
  place: number;
  path: string;
}

/**
 * All arrays of a dataset, at any depth, entity by entity, in flat memory.
 *
 * @throws CopycatError NOT_FOUND without such a dataset; USAGE when it is no container
 */
export async function* listLocators(
  database: Database,
  dataset: string,
  { artifact, schema = database.catalogSchema }: ListOptions = {},
): AsyncGenerator<ListedLocator> {
  const keys = artifact === undefined ? null : keysOf(artifact);
  if (keys !== null && (keys.length === 0 || artifact?.includes("\0") || !artifact?.isWellFormed())) {
    throw new CopycatError("USAGE", "An artifact is named by its key, such as mh_powder_30T.");
  }
  const parent = await findContainer(database, dataset, schema);
  const text = listArraysSql(catalogNames(schema));
  for await (const children of pagesOfChildren(database, parent.id, schema)) {
    const { rows } = await database.pool.query<ArrayRow>(text, [children.map(({ id }) => id), keys]);
    for (const row of rows) {
      const child = children[row.place - 1]?.key ?? "";
      // An array directly in the dataset is an artifact without an entity.
      const [entity, path] = row.path === "" ? [null, child] : [child, row.path];
      if (row.path === "" && keys !== null && keys.join("/") !== child) continue;
      yield makeListed(entity, path, row);
    }
  }
}

function makeListed(entity: string | null, artifact: string, row: ArrayRow): ListedLocator {
  const { parameters, uri, num } = row;
  const [shape, dataType] = row.structure ?? [null, null];
  const slice = typeof parameters?.slice === "string" && parameters.slice !== "" ? parameters.slice : null;
  return {
    entity,
    artifact,
    file: uri === null ? "" : (fileOfUri(uri) ?? uri),
    num,
    dataset: datasetOf(parameters),
    slice,
    index: slice !== null && /^\d{1,15}$/.test(slice) ? Number(slice) : null,
    shape,
    dtype: dataType === null ? null : dataTypeName(dataType),
  };
}
