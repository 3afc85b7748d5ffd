// Files that stay open between reads. Opening one costs the library 100 to 400 us, reading a curve from it 5 to 50.

import { statSync } from "node:fs";
import { checkOpenable } from "./diagnose.ts";

/** A thread has two descriptors a file at most, and a process 1024 by default. */
const maxOpenFiles = 32;

/** A file that nobody reads from is not held open for longer: it may be on its way out. */
const idleMs = 2000;

interface Closable {
  close(): void;
}

interface KeptFile<Opened> {
  /** What says that the file at this path is still the same one. */
  stamp: string;
  opened: Opened;
}

export class KeptFiles<Opened extends Closable> {
  /** In the order of their last use. */
  private readonly files = new Map<string, KeptFile<Opened>>();
  /** Found to be still the same one since the current call began. */
  private readonly fresh = new Set<string>();
  private readonly openFile: (path: string) => Opened;
  private idleTimer: NodeJS.Timeout | undefined;

  constructor(openFile: (path: string) => Opened) {
    this.openFile = openFile;
  }

  /** A call begins: each file is looked at again, once, and none is closed for being idle. */
  begin(): void {
    clearTimeout(this.idleTimer);
    this.fresh.clear();
  }

  /** The call is over. */
  end(): void {
    clearTimeout(this.idleTimer);
    this.idleTimer = setTimeout(() => this.closeAll(), idleMs).unref();
  }

  /**
   * The file at a path, opened anew when another one has taken its name.
   *
   * @throws CopycatError UNREADABLE_SOURCE for what must not be opened
   */
  open(path: string): Opened {
    const known = this.files.get(path);
    if (known !== undefined && this.fresh.has(path)) return known.opened;
    const stamp = stampOf(path);
    this.fresh.add(path);
    if (known !== undefined && known.stamp === stamp) {
      this.files.delete(path);
      this.files.set(path, known);
      return known.opened;
    }
    this.close(path);
    if (stamp === undefined) checkOpenable(path);
    if (this.files.size >= maxOpenFiles) this.close(this.files.keys().next().value);
    const opened = this.openFile(path);
    this.files.set(path, { stamp: stamp ?? "", opened });
    return opened;
  }

  /** All that are open. */
  *[Symbol.iterator](): Generator<Opened> {
    for (const { opened } of this.files.values()) yield opened;
  }

  closeAll(): void {
    clearTimeout(this.idleTimer);
    for (const path of [...this.files.keys()]) this.close(path);
  }

  private close(path: string | undefined): void {
    const kept = path === undefined ? undefined : this.files.get(path);
    if (path === undefined || kept === undefined) return;
    this.files.delete(path);
    kept.opened.close();
  }
}

/** Undefined for what cannot be opened. What is wrong with it is said by whoever opens it. */
function stampOf(path: string): string | undefined {
  try {
    const stat = statSync(path);
    const { dev, ino, size, mtimeMs } = stat;
    return stat.isFile() && size > 0 ? `${dev}:${ino}:${size}:${mtimeMs}` : undefined;
  } catch {
    return undefined;
  }
}
