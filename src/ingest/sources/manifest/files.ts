// What the files behind a table's rows are like: each is looked at once, and opened only for what the table does
// not say.

import { stat } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { CopycatError, errorCode, errorMessage } from "../../../errors.ts";
import type { Hdf5Reader } from "../../../hdf5/index.ts";
import { stringToJson } from "../../../json.ts";
import { type DatasetDescription, normaliseHdf5Path } from "../../../manifest/index.ts";
import { catalogFile } from "../../shape.ts";
import { type Declaration, DeclaredItems } from "./declared.ts";
import type { FileProblem, Item, KnownArray, KnownFile } from "./item.ts";
import { LayoutSample } from "./layoutSample.ts";
import { RecentMap } from "./recent.ts";

/** Files and arrays together, about 500 bytes each. They are asked for again soon: rows of a file mostly stand together. */
const kept = 50_000;

export class FileDescriptions {
  readonly #reader: Hdf5Reader;
  readonly #data: DatasetDescription["data"];
  readonly #sample: LayoutSample | null;
  readonly #files = new RecentMap<KnownFile>(kept);
  readonly #declared = new DeclaredItems();

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
  locate(name: string): KnownFile | null {
    const known = this.#files.get(name);
    if (known !== undefined) return known;
    const path = resolve(this.#data.directory, name);
    const below = relative(this.#data.directory, path);
    if (below === "" || below === ".." || below.startsWith(`..${sep}`) || isAbsolute(below)) return null;
    const file: KnownFile = {
      path,
      relativeJson: stringToJson(below),
      found: null,
      looking: null,
      arrays: new Map(),
    };
    this.#files.set(name, file);
    return file;
  }

  /** A data set of a file. */
  array(file: KnownFile, name: string): KnownArray {
    return file.arrays.get(name) ?? this.#add(file, name, normaliseHdf5Path(name), null);
  }

  /** A data set whose shape and data type a row says. */
  declaredArray(file: KnownFile, name: string, said: Declaration): KnownArray {
    const key = `${name}\0${said.shape}\0${said.dtype}`;
    const known = file.arrays.get(key);
    if (known !== undefined) return known;
    const dataset = normaliseHdf5Path(name);
    return this.#add(file, key, dataset, this.#declared.find(dataset, said));
  }

  /** Looks at the files of all these arrays, and reads what is not known of them: in one go a file, files side by side. */
  async ensure(arrays: Iterable<KnownArray>): Promise<void> {
    const pending = new Set<KnownArray>();
    for (const array of arrays) if (array.file.found === null || array.item === null) pending.add(array);
    if (pending.size === 0) return;
    await Promise.all(Array.from(pending, ({ file }) => this.#look(file)));
    for (const [file, unread] of byFile(pending)) this.#describe(file, unread);
    await Promise.all(Array.from(pending, ({ reading }) => reading));
  }

  #add(file: KnownFile, key: string, dataset: string, item: KnownArray["item"]): KnownArray {
    const array: KnownArray = {
      file,
      dataset,
      datasetJson: stringToJson(dataset),
      item,
      reading: null,
      texts: null,
    };
    // One file may have millions of data sets.
    if (file.arrays.size >= kept) file.arrays.clear();
    file.arrays.set(key, array);
    this.#files.grow(1);
    return array;
  }

  #look(file: KnownFile): Promise<void> {
    if (file.looking === null) {
      this.#looked += 1;
      this.onLook?.(file.path);
      file.looking = this.#lookAt(file);
    }
    return file.looking;
  }

  async #lookAt(file: KnownFile): Promise<void> {
    const { path } = file;
    try {
      const stats = await stat(path);
      const { serverBaseDir, directory } = this.#data;
      const below = relative(directory, path).split(sep).join("/");
      file.found = stats.isFile()
        ? catalogFile(path, serverBaseDir === null ? path : `${serverBaseDir}/${below}`, stats.size)
        : { code: "missing_file", message: `${path} is no file` };
    } catch (error) {
      const isMissing = ["ENOENT", "ENOTDIR"].includes(errorCode(error) ?? "");
      file.found = isMissing
        ? { code: "missing_file", message: `there is no file ${path}` }
        : { code: "unreadable_file", message: `${path} cannot be read: ${errorMessage(error)}` };
    }
  }

  #describe(file: KnownFile, arrays: readonly KnownArray[]): void {
    const { path } = file;
    const datasets = [...new Set(arrays.map(({ dataset }) => dataset))];
    const pick = (open: readonly string[]) => this.#pick(path, open);
    const read = this.#sample === null ? pick(datasets) : this.#sample.describe(path, datasets, pick);
    const reading = read.then((items) => {
      for (const array of arrays) array.item = items[datasets.indexOf(array.dataset)] ?? noItem;
    });
    for (const array of arrays) array.reading = reading;
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

/** Arrays that have to be read, and nobody reads yet. */
function byFile(arrays: Iterable<KnownArray>): Map<KnownFile, KnownArray[]> {
  const unread = new Map<KnownFile, KnownArray[]>();
  for (const array of arrays) {
    const { file } = array;
    if (array.item !== null || array.reading !== null || file.found === null || "code" in file.found)
      continue;
    const others = unread.get(file);
    if (others === undefined) unread.set(file, [array]);
    else others.push(array);
  }
  return unread;
}
