// Files of one load look alike. Asking HDF5 whether a path is a dataset costs 11 us, as much as opening it
// does, so a path that was a dataset in an earlier file is opened without asking. A wrong guess costs a
// thrown error once; after that the path is always asked about.

const maxPaths = 4096;

export class PathMemory {
  private readonly paths = new Map<string, "dataset" | "doubtful">();

  wasDataset(path: string): boolean {
    return this.paths.get(path) === "dataset";
  }

  remember(path: string): void {
    if (this.paths.size < maxPaths && !this.paths.has(path)) this.paths.set(path, "dataset");
  }

  doubt(path: string): void {
    if (this.paths.has(path)) this.paths.set(path, "doubtful");
  }
}
