// From a folder into the library: what is there is compared with what is known, and only what differs is read.

import { lstat } from "node:fs/promises";
import { CopycatError } from "../../errors.ts";
import { filenameOf, suffixOf } from "../paths.ts";
import type { LibraryFile } from "../types.ts";
import { addGoneElsewhere, findGone } from "./findGone.ts";
import { isPresent, refuseAbsent, refuseEmptied } from "./guard.ts";
import type { GoneFiles } from "./moves.ts";
import { PendingChanges } from "./pending.ts";
import { findPlace, isGone, type ScanPlace } from "./place.ts";
import { type FileReaders, openReaders } from "./readers.ts";
import { type CheckedOptions, checkOptions } from "./scanOptions.ts";
import type { KnownFile, ScanStore } from "./store.ts";
import { type FileToRead, type Survey, surveyFolder } from "./survey.ts";
import { Tally } from "./tally.ts";
import { isReject, type ReadResult, type ScanOptions, type ScanReport } from "./types.ts";

/**
 * Brings the library up to date with a folder. Files that look unchanged (size, and time to the nanosecond) are not read;
 * ones that moved keep their row and its id; ones that are gone are kept as missing. All is written in one transaction at the
 * end, or every `commitEvery` files; one scan of a library runs at a time.
 *
 * @param library null for a dry run before there is one, with `root`
 * @throws CopycatError USAGE, UNREADABLE_SOURCE (a folder that is not there, or empty where files are known), CONFLICT
 * (policy `error`), CANCELLED, CONNECTION, DATABASE
 *
 * @example
 * const library = await openLibrary(database, { root: "/music" });
 * const report = await scanLibrary(library);
 * // { read: 1200, inserted: 1200, updated: 0, unchanged: 0, rejected: 0, missing: 0, moved: 0, ... }
 */
export async function scanLibrary(library: ScanStore | null, options: ScanOptions = {}): Promise<ScanReport> {
  const checked = checkOptions(library, options);
  const tally = new Tally(options.onProgress, options.onReject);
  const work = () => new Scan(library, checked, tally).run();
  if (library === null || checked.dryRun) return work();
  return library.withScanLock(work, { log: checked.log, signal: checked.signal });
}

const filesThatPayAThread = 50;

/** Hashes that are looked up in one query. */
const askedAtOnce = 500;

class Scan {
  readonly #library: ScanStore | null;
  readonly #options: CheckedOptions;
  readonly #tally: Tally;
  readonly #pending: PendingChanges;
  /** New files that may be ones that are gone from elsewhere; settled when all are read. */
  readonly #held: LibraryFile[] = [];
  /** New files of a folder that is scanned alone, of which nobody has asked yet whether they were elsewhere. */
  readonly #unsure: LibraryFile[] = [];

  #writing: Promise<void> = Promise.resolve();

  constructor(library: ScanStore | null, options: CheckedOptions, tally: Tally) {
    this.#library = library;
    this.#options = options;
    this.#tally = tally;
    this.#pending = new PendingChanges(library, tally, { ...options, onConflict });
  }

  async run(): Promise<ScanReport> {
    const { root, folder, allowEmpty, fullHash, workers } = this.#options;
    const place = await findPlace(root, folder);
    const known = await this.#readKnown(place.folder);
    refuseAbsent(place, known.size, allowEmpty);
    const survey = await surveyFolder(place, known, {
      ...this.#options,
      onSeen: (seen) => this.#tally.seen(seen),
    });
    refuseEmptied(place, survey, allowEmpty);
    await this.#note(survey);
    const gone = await findGone(this.#library, survey);
    // A thread takes longer to start than a few files to be read.
    const wanted = Math.ceil(survey.toRead.length / filesThatPayAThread);
    const readers = openReaders({ workers: Math.min(workers, Math.max(1, wanted)), fullHash });
    try {
      this.#tally.startReading(survey.toRead.length);
      await this.#readAll(survey.toRead, readers, { gone, place });
      await this.#settleUnsure({ gone, place });
    } finally {
      readers.close();
    }
    this.#finish(survey, gone);
    this.#throwIfCancelled();
    this.#tally.enter("write");
    await this.#pending.write();
    const report = this.#tally.report();
    const isWhole = place.folder === "" && !this.#options.dryRun;
    if (isWhole) await this.#library?.saveStatistics({ scanMs: report.elapsedMs });
    return report;
  }

  async #readKnown(folder: string): Promise<Map<string, KnownFile>> {
    const known = new Map<string, KnownFile>();
    if (this.#library === null) return known;
    for await (const file of this.#library.listKnown(folder)) known.set(file.path, file);
    return known;
  }

  /** What was not looked at, and what did not change. */
  async #note({ rejects, passedOver, ignored, unmounted, links, unchanged, back }: Survey): Promise<void> {
    const { log } = this.#options;
    for (const path of unmounted) {
      log.notice(
        `${path === "" ? "The root" : path} had files of a drive that is not mounted there now; they are not marked as missing, as a scan does that may find folders empty.`,
      );
    }
    for (const { path, mark } of passedOver) {
      log.notice(`${path === "" ? "The root" : path} is passed over: it has a ${mark}.`);
    }
    if (ignored.length > 0) {
      const count = ignored.length === 1 ? "1 file or folder is" : `${ignored.length} files or folders are`;
      log.notice(`${count} passed over, as patterns of .ndignore say; the first is ${ignored[0]}.`);
    }
    if (links.length > 0) {
      const count = links.length === 1 ? "1 symbolic link is" : `${links.length} symbolic links are`;
      log.notice(`${count} not followed; the first is ${links[0]}.`);
    }
    for (const reject of rejects) await this.#tally.reject(reject);
    this.#tally.counts.unchanged += unchanged;
    for (const id of back) this.#pending.back(id);
  }

  /** As many at once as the threads take; memory is bounded by them and by what waits to be written. */
  async #readAll(files: readonly FileToRead[], readers: FileReaders, about: About): Promise<void> {
    const { kind, fullHash, signal } = this.#options;
    // Not every file is read to its end: a disk that does not answer would keep it waiting.
    const stop = () => readers.close();
    signal?.addEventListener("abort", stop, { once: true });
    const left = files.values();
    const readOn = async (): Promise<void> => {
      for (const file of left) {
        this.#throwIfCancelled();
        // What was indexed by its content alone stays so.
        const readAs = file.known?.kind === "other" ? "any" : kind;
        const result = await readers.read(file.bytes, { kind: readAs, fullHash, as: file.path });
        this.#tally.fileRead(isReject(result) ? 0 : result.size);
        await this.#settle(file, result, about);
      }
    };
    const running = Array.from({ length: readers.most }, readOn);
    try {
      await Promise.all(running);
    } catch (error) {
      readers.close();
      await Promise.allSettled(running);
      this.#throwIfCancelled();
      throw error;
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  async #settle(file: FileToRead, result: ReadResult, { gone, place }: About): Promise<void> {
    if (isReject(result)) return this.#refuse(file, result);
    const read: LibraryFile = { ...result, lastVerified: new Date() };
    if (file.known !== null) await this.#pending.again(file.known, read);
    else if (gone.mayBe(read)) this.#held.push(read);
    else if (place.folder === "") this.#pending.insert(read);
    else this.#unsure.push(read);
    if (this.#unsure.length >= askedAtOnce) await this.#settleUnsure({ gone, place });
    await this.#writeSome();
  }

  /** New files of one folder: were they elsewhere? */
  async #settleUnsure({ gone, place }: About): Promise<void> {
    const files = this.#unsure.splice(0);
    await addGoneElsewhere(this.#library, place, files, gone);
    for (const file of files) {
      if (gone.mayBe(file)) this.#held.push(file);
      else this.#pending.insert(file);
    }
  }

  async #refuse(file: FileToRead, { code, message }: { code: string; message: string }): Promise<void> {
    const isMissing = await lstat(file.bytes).then(() => false, isGone);
    if (isMissing) {
      this.#tally.counts.skipped += 1;
      return;
    }
    // A file without a suffix that is no audio was never said to be any.
    if (code === "not_audio" && file.known === null && suffixOf(filenameOf(file.path)) === "") return;
    // What the row describes is not there any more.
    const isOther = code === "not_audio" || code === "unreadable_tags";
    const { deactivateMissing, policy } = this.#options;
    const mayMark = deactivateMissing && policy !== "skip";
    if (file.known !== null && isOther && mayMark && isPresent(file.known))
      this.#pending.missing(file.known.id);
    await this.#tally.reject({ path: file.path, code, message });
  }

  /** One write at a time. */
  #writeSome(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#pending.writeSome());
    return this.#writing;
  }

  #finish({ gone }: Survey, goneFiles: GoneFiles): void {
    const moves = goneFiles.match(this.#held);
    const moved = new Set([...moves.values()].map(({ id }) => id));
    for (const file of this.#held) {
      const before = moves.get(file);
      if (before === undefined) this.#pending.insert(file);
      else this.#pending.move(before, file);
    }
    if (!this.#options.deactivateMissing) return;
    for (const row of gone) if (isPresent(row) && !moved.has(row.id)) this.#pending.missing(row.id);
  }

  #throwIfCancelled(): void {
    const { signal } = this.#options;
    if (signal?.aborted !== true) return;
    throw new CopycatError("CANCELLED", "The scan was cancelled.", { cause: signal.reason });
  }
}

interface About {
  gone: GoneFiles;
  place: ScanPlace;
}

function onConflict(path: string): never {
  throw new CopycatError(
    "CONFLICT",
    `${path} has changed since it was scanned; nothing was written of this scan's last transaction (policy error).`,
  );
}
