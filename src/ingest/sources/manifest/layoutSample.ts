// Files alike: what the first hundred have in common is taken to be so in all others.

import type { DatasetItem } from "../../../hdf5/index.ts";
import type { FileProblem, Item } from "./item.ts";

const sampleFiles = 100;

type Description = Item | FileProblem;

export class LayoutSample {
  readonly #files = new Set<string>();
  readonly #reads: Promise<unknown>[] = [];
  /** By data set what the files of the sample say; null where they differ or have a problem. */
  readonly #common = new Map<string, DatasetItem | null>();
  /** Descriptions given without opening a file. */
  trusted = 0;

  /** Descriptions in the order asked for; `pick` reads those that have to be read. */
  async describe(
    path: string,
    datasets: readonly string[],
    pick: (datasets: readonly string[]) => Promise<Description[]>,
  ): Promise<Description[]> {
    if (this.#files.has(path) || this.#files.size < sampleFiles) {
      this.#files.add(path);
      const read = pick(datasets);
      this.#reads.push(read.then((items) => this.#note(datasets, items)).catch(() => undefined));
      return read;
    }
    await Promise.all(this.#reads);
    const common = datasets.map((dataset) => this.#common.get(dataset) ?? null);
    const unsure = datasets.filter((_, index) => common[index] === null);
    const read = (unsure.length === 0 ? [] : await pick(unsure)).values();
    this.trusted += datasets.length - unsure.length;
    return common.map((item) => item ?? read.next().value ?? nothingRead);
  }

  #note(datasets: readonly string[], items: readonly Description[]): void {
    for (const [index, dataset] of datasets.entries()) {
      const item = items[index];
      const isDataset = item !== undefined && "kind" in item && item.kind === "dataset";
      const known = this.#common.get(dataset);
      if (!isDataset || (known !== undefined && (known === null || !isAlike(known, item)))) {
        this.#common.set(dataset, null);
      } else if (known === undefined) this.#common.set(dataset, item);
    }
  }
}

const nothingRead: FileProblem = { code: "missing_dataset", message: "the file said nothing of it" };

function isAlike(left: DatasetItem, right: DatasetItem): boolean {
  const text = ({ shape, dataType, chunks }: DatasetItem): string =>
    JSON.stringify([shape, dataType, chunks]);
  return text(left) === text(right);
}
