// What the files behind a table's rows are like: each is looked at once, and opened only for what the table does
// not say.

import { stat } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { CopycatError, errorCode, errorMessage } from "../../../errors.ts";
import type { Hdf5Reader } from "../../../hdf5/index.ts";
import type { DatasetDescription } from "../../../manifest/index.ts";
import { type CatalogFile, catalogFile } from "../../shape.ts";
import type { FileProblem, Item } from "./item.ts";
import { LayoutSample } from "./layoutSample.ts";
import { LruMap } from "./lru.ts";

/** Both are asked for again soon: rows of a file mostly stand together. */
const keptFiles = 20_000;
const keptItems = 50_000;

/** One data set in a file. */
export interface Wanted {
  path: string;
  dataset: string;
}

export class FileDescriptions {
  readonly #reader: Hdf5Reader;
  readonly #data: DatasetDescription["data"];
  readonly #sample: LayoutSample | null;
  readonly #files = new LruMap<Promise<CatalogFile | FileProblem>>(keptFiles);
  readonly #items = new LruMap<Promise<Item | FileProblem>>(keptItems);

  #looked = 0;

  /** Told of each file that is looked at; at least once. */
  onLook: ((path: string) => void) | null = null;

  /** @param trustLayout take files to be like the first hundred, as far as those are alike */
  constructor(reader: Hdf5Reader, data: DatasetDescription["data"], trustLayout: boolean) {
    this.#reader = reader;
    this.#data = data;
    this.#sample = trustLayout ? new LayoutSample() : null;
  }

  /** Arrays whose files were not opened because of the first hundred. */
  get trusted(): number {
    return this.#sample?.trusted ?? 0;
  }

  /** Files looked at since the last call. */
  takeLooked(): number {
    const looked = this.#looked;
    this.#looked = 0;
    return looked;
  }

  /** The file that a row names, absolute or below the data directory; null when it leads outside. */
  locate(file: string): { path: string; relativePath: string } | null {
    const path = resolve(this.#data.directory, file);
    const below = relative(this.#data.directory, path);
    const isOutside = below === "" || below === ".." || below.startsWith(`..${sep}`) || isAbsolute(below);
    return isOutside ? null : { path, relativePath: below };
  }

  file(path: string): Promise<CatalogFile | FileProblem> {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    this.#looked += 1;
    this.onLook?.(path);
    const found = this.#lookAt(path);
    this.#files.set(path, found);
    return found;
  }

  /** Descriptions in the order asked for. What is not known yet is read in one go a file, files side by side. */
  async items(wanted: readonly Wanted[]): Promise<(Item | FileProblem)[]> {
    const missing = new Map<string, Set<string>>();
    const known = wanted.map(({ path, dataset }) => {
      const item = this.#items.get(itemKey(path, dataset));
      if (item === undefined) missing.set(path, (missing.get(path) ?? new Set()).add(dataset));
      return item;
    });
    const described = new Map<string, Promise<Item | FileProblem>>();
    for (const [path, datasets] of missing) {
      for (const [dataset, item] of this.#describe(path, [...datasets])) {
        described.set(itemKey(path, dataset), item);
        this.#items.set(itemKey(path, dataset), item);
      }
    }
    return Promise.all(
      wanted.map(
        ({ path, dataset }, index) => known[index] ?? described.get(itemKey(path, dataset)) ?? noItem,
      ),
    );
  }

  async #lookAt(path: string): Promise<CatalogFile | FileProblem> {
    try {
      const stats = await stat(path);
      if (!stats.isFile()) return { code: "missing_file", message: `${path} is no file` };
      const { serverBaseDir, directory } = this.#data;
      const below = relative(directory, path).split(sep).join("/");
      return catalogFile(path, serverBaseDir === null ? path : `${serverBaseDir}/${below}`, stats.size);
    } catch (error) {
      const isMissing = ["ENOENT", "ENOTDIR"].includes(errorCode(error) ?? "");
      return isMissing
        ? { code: "missing_file", message: `there is no file ${path}` }
        : { code: "unreadable_file", message: `${path} cannot be read: ${errorMessage(error)}` };
    }
  }

  #describe(path: string, datasets: readonly string[]): Map<string, Promise<Item | FileProblem>> {
    const pick = (open: readonly string[]) => this.#pick(path, open);
    const result = this.#sample === null ? pick(datasets) : this.#sample.describe(path, datasets, pick);
    return new Map(
      datasets.map((dataset, index) => [dataset, result.then((items) => items[index] ?? noItem)] as const),
    );
  }

  /** A file that cannot be read is a problem of each of its data sets. */
  async #pick(path: string, datasets: readonly string[]): Promise<(Item | FileProblem)[]> {
    try {
      const { datasets: items } = await this.#reader.pick(path, { datasets });
      // Attributes are left to the table: what an array's metadata is must not depend on whether its file was opened.
      return items.map((item) => (item.kind === "dataset" ? { ...item, attributes: {} } : item));
    } catch (error) {
      if (!(error instanceof CopycatError) || error.code !== "UNREADABLE_SOURCE") throw error;
      const problem = { code: "unreadable_file", message: error.message };
      return datasets.map(() => problem);
    }
  }
}

const noItem: FileProblem = { code: "missing_dataset", message: "the file was read, but said nothing of it" };

function itemKey(path: string, dataset: string): string {
  return `${path}\0${dataset}`;
}
