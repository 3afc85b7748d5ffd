// Which library a folder belongs to, and where in it.

import type { Database } from "../../database/index.ts";
import { CopycatError } from "../../errors.ts";
import { type Library, openLibrary, setLibraryRoot } from "../store/index.ts";

export interface OpenedForScan {
  /** Null in a dry run without a library: nothing is known yet. */
  library: Library | null;
  root: string;
  /** The folder, relative to the root; null when it is the root. */
  below: string | null;
  /** The root that the library had before this one; null when it is the same. */
  oldRoot: string | null;
}

export interface OpenForScanOptions {
  library?: string;
  schema?: string;
  dryRun?: boolean;
  setRoot?: boolean;
}

/** @param folder absolute, see `encodePath` */
export async function openForScan(
  database: Database | null,
  folder: string,
  { library: name, schema, dryRun = false, setRoot = false }: OpenForScanOptions,
): Promise<OpenedForScan> {
  const place = {
    ...(name === undefined ? {} : { library: name }),
    ...(schema === undefined ? {} : { schema }),
  };
  const known = database === null ? null : await findLibrary(database, place);
  const root = known?.root ?? folder;
  const top = root.endsWith("/") ? root : `${root}/`;
  if (known !== null && folder.startsWith(top)) {
    return { library: known, root, below: folder.slice(top.length), oldRoot: null };
  }
  if (dryRun && known === null) return { library: null, root: folder, below: null, oldRoot: null };
  if (database === null) throw new CopycatError("USAGE", "Only a dry run goes without a database.");
  if (setRoot && known !== null) await setLibraryRoot(database, { ...place, root: folder });
  // Of a library with another root this says so.
  return {
    library: await openLibrary(database, { ...place, root: folder }),
    root: folder,
    below: null,
    oldRoot: setRoot && known !== null && root !== folder ? root : null,
  };
}

async function findLibrary(
  database: Database,
  place: { library?: string; schema?: string },
): Promise<Library | null> {
  try {
    return await openLibrary(database, { ...place, create: false });
  } catch (error) {
    if (error instanceof CopycatError && error.code === "NOT_FOUND") return null;
    throw error;
  }
}
