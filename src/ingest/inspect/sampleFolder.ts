// A sample of a folder's HDF5 files, evenly spread over the list.

import { countFiles, type ListedFile, listFiles } from "../listFiles.ts";
import { hdf5Name } from "../sources/folder.ts";

export interface Sample {
  files: ListedFile[];
  /** How many there are. */
  total: number;
}

/** The first file, the last one, and those in between at equal distances. The list itself is not held. */
export async function sampleFolder(folder: string, size: number): Promise<Sample> {
  const filter = (path: string): boolean => hdf5Name.test(path);
  const total = await countFiles(folder, filter);
  const wanted = new Set(spread(total, size));
  const files: ListedFile[] = [];
  let index = 0;
  for await (const file of listFiles(folder, filter)) {
    if (wanted.has(index)) files.push(file);
    index += 1;
  }
  return { files, total };
}

/** At most `size` of the numbers below `total`. */
export function spread(total: number, size: number): number[] {
  const count = Math.min(total, size);
  if (count < 2) return count === 1 ? [0] : [];
  return Array.from({ length: count }, (_, index) => Math.round((index * (total - 1)) / (count - 1)));
}
