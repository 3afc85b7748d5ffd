// Depth-first through a file, one item at a time, with nothing kept but the way down.
//
// An object with several hard links is described at each of its paths, except where the path would pass
// through the object itself: there the way is cut with the problem `link_cycle`. Committed datatypes hold
// no data and are passed over.

import { attributesOf, danglingMessage, describeDataset, problem, smallValueOf } from "./describe.ts";
import type { HdfFile } from "./file.ts";
import { originOf } from "./origin.ts";
import { normalizePath } from "./path.ts";
import type { GroupItem, ProblemItem, WalkItem, WalkRequest } from "./types.ts";

/** Deeper than any real file; the last guard against a cycle through several files. */
const maxDepth = 512;

interface Level {
  path: string;
  /** The group's address in its file; groups with equal addresses are the same when their files are. */
  address: string | undefined;
  names: string[];
  next: number;
}

export class Walker {
  private file: HdfFile;
  private readonly levels: Level[] = [];
  private readonly valueElements: number;
  private start: string | undefined;
  /** The path being described, to be blamed when the library breaks. */
  private current = "/";

  constructor(file: HdfFile, request: WalkRequest = {}) {
    this.file = file;
    this.valueElements = request.valueElements ?? 0;
    this.start = normalizePath(request.root ?? "/");
  }

  /** The next item, or undefined at the end. */
  next(): WalkItem | undefined {
    if (this.start !== undefined) {
      const { start } = this;
      this.start = undefined;
      const item = this.visit(start);
      if (item) return item;
    }
    for (let level = this.levels.at(-1); level !== undefined; level = this.levels.at(-1)) {
      const name = level.names[level.next++];
      if (name === undefined) {
        this.levels.pop();
        continue;
      }
      const item = this.visit(level.path === "/" ? `/${name}` : `${level.path}/${name}`);
      if (item) return item;
    }
    return undefined;
  }

  /** True when the library broke, here or in another call: the file must be opened anew. */
  get broken(): boolean {
    return this.file.library.broken;
  }

  reopen(file: HdfFile): void {
    this.file = file;
  }

  /** Says that describing the current object broke the library. */
  blame(): ProblemItem {
    return problem(
      this.current,
      "unreadable_object",
      `${this.current} is damaged: reading it broke the library`,
    );
  }

  close(): void {
    this.file.close();
  }

  private visit(path: string): WalkItem | undefined {
    this.current = path;
    const target = path === "/" ? "group" : this.file.target(path);
    switch (target) {
      case "group":
        return this.enter(path);
      case "dataset":
        return this.dataset(path);
      case "type":
        return undefined;
      case "missing":
        return this.missing(path);
      default:
        return problem(path, "dangling_link", danglingMessage(this.file, path));
    }
  }

  private missing(path: string): ProblemItem {
    if (this.levels.length === 0) {
      return problem(path, "missing_dataset", `there is nothing at ${path} in ${this.file.path}`);
    }
    return problem(path, "unreadable_object", `${path} cannot be reached: ${this.file.library.reason}`);
  }

  private dataset(path: string): WalkItem {
    const type = this.file.dataset(path, "dataset");
    const item = describeDataset(this.file, path, type ? { type } : { seen: "dataset" });
    if (item.kind === "dataset" && type && this.valueElements > 0) {
      const value = smallValueOf(this.file, path, { type, maxElements: this.valueElements });
      if (value !== undefined) item.value = value;
    }
    return item;
  }

  private enter(path: string): GroupItem | ProblemItem {
    const address = this.file.address(path);
    const ancestor = this.ancestorAt(path, address);
    if (ancestor) return problem(path, "link_cycle", `${path} leads back to ${ancestor}, which contains it`);
    if (this.levels.length >= maxDepth) {
      return problem(path, "link_cycle", `${path} is nested deeper than ${maxDepth} groups`);
    }
    const names = this.file.names(path, "group");
    if (names === undefined) {
      return problem(
        path,
        "unreadable_object",
        `the group ${path} cannot be read: ${this.file.library.reason}`,
      );
    }
    const attributes = attributesOf(this.file, path);
    this.levels.push({ path, address, names, next: 0 });
    return { kind: "group", path, attributes };
  }

  /** Equal addresses in different files (external links) are no cycle; files are compared only then. */
  private ancestorAt(path: string, address: string | undefined): string | undefined {
    if (address === undefined) return undefined;
    const same = this.levels.filter((level) => level.address === address);
    if (same.length === 0) return undefined;
    const { file } = originOf(this.file, path);
    return same.find((level) => originOf(this.file, level.path).file === file)?.path;
  }
}
