// What is there and what is known, side by side: which files are to be read, and which are gone.

import type { BigIntStats } from "node:fs";
import { lstat } from "node:fs/promises";
import { filenameOf, suffixOf } from "../paths.ts";
import { isAudioSuffix } from "./audioFormats.ts";
import { Mounts } from "./mounts.ts";
import { isBelow, isGone, type ScanPlace } from "./place.ts";
import type { KnownFile } from "./store.ts";
import { Swaps } from "./swaps.ts";
import type { ScanKind, ScanReject } from "./types.ts";
import { type FoundItem, listFolder } from "./walk.ts";

export interface SurveyOptions {
  kind: ScanKind;
  sniff: boolean;
  fullHash: boolean;
  reread: boolean;
  allowEmpty: boolean;
  signal: AbortSignal | undefined;
  /** Called now and then with the files that were seen so far. */
  onSeen(seen: number): void;
}

export interface FileToRead {
  path: string;
  bytes: Buffer;
  /** Null for a new one. */
  known: KnownFile | null;
}

export interface Survey {
  /** Regular files of the kinds that are looked for. */
  files: number;
  toRead: FileToRead[];
  unchanged: number;
  /** Unchanged ones that were missing or inactive. */
  back: number[];
  /** Known and not there. */
  gone: KnownFile[];
  rejects: ScanReject[];
  passedOver: { path: string; mark: string }[];
  /** What patterns pass over. */
  ignored: string[];
  links: string[];
  /** Folders on which a drive was mounted, as it seems, and is not: what is known below them stays as it is. */
  unmounted: string[];
  /** Rows of them. */
  away: number;
}

/** Looks that are under way at once; the system has four threads for them. */
const looksAtOnce = 64;

/** @param known by path; those that are there are taken out of it */
export async function surveyFolder(
  place: ScanPlace,
  known: Map<string, KnownFile>,
  options: SurveyOptions,
): Promise<Survey> {
  const survey: Survey = {
    files: 0,
    toRead: [],
    unchanged: 0,
    back: [],
    gone: [],
    rejects: [],
    passedOver: [],
    ignored: [],
    links: [],
    unmounted: [],
    away: 0,
  };
  const leftAlone: string[] = [];
  const looks: Looks = { survey, mounts: new Mounts(place.root), swaps: new Swaps(), doubtful: [] };
  const found = place.exists ? listFolder(place.root, { folder: place.folder, signal: options.signal }) : [];
  let running: Promise<void>[] = [];
  for await (const item of found) {
    if (item.type !== "file") {
      note(item, survey);
      const isFile = item.type === "link" || (item.type === "ignored" && !item.isFolder);
      if (!isFile) leftAlone.push(item.path);
      else if (item.type === "ignored") known.delete(item.path);
      continue;
    }
    const row = known.get(item.path) ?? null;
    known.delete(item.path);
    if (!isWanted(item.path, options)) continue;
    survey.files += 1;
    running.push(look({ path: item.path, bytes: item.bytes, known: row }, looks, options));
    if (running.length < looksAtOnce) continue;
    await Promise.all(running);
    running = [];
    options.onSeen(survey.files);
  }
  await Promise.all(running);
  options.onSeen(survey.files);
  // A scan for audio says nothing of files of other kinds.
  const isAsked = ({ kind }: KnownFile): boolean => options.kind === "any" || kind === "audio";
  const gone = [...known.values()].filter((row) => isAsked(row) && !isBelow(row.path, leftAlone));
  settleDoubtful(looks, [...gone, ...survey.gone]);
  const away = options.allowEmpty ? null : await looks.mounts.findAway(gone);
  survey.unmounted = away?.folders ?? [];
  survey.away = away?.rows.size ?? 0;
  for (const row of gone) if (away?.rows.has(row) !== true) survey.gone.push(row);
  return survey;
}

function note(item: Exclude<FoundItem, { type: "file" }>, survey: Survey): void {
  if (item.type === "link") survey.links.push(item.path);
  else if (item.type === "ignored") survey.ignored.push(item.path);
  else if (item.type === "passedOver") survey.passedOver.push(item);
  else survey.rejects.push({ path: item.path, code: "unreadable_folder", message: item.message });
}

function isWanted(path: string, { kind, sniff }: SurveyOptions): boolean {
  const suffix = suffixOf(filenameOf(path));
  return kind === "any" || isAudioSuffix(suffix) || (sniff && suffix === "");
}

interface Looks {
  survey: Survey;
  mounts: Mounts;
  swaps: Swaps;
  /** Files that look unchanged, with another inode than they had. */
  doubtful: { file: FileToRead; known: KnownFile; inode: bigint }[];
}

async function look(
  file: FileToRead,
  { survey, mounts, swaps, doubtful }: Looks,
  options: SurveyOptions,
): Promise<void> {
  let stats: BigIntStats;
  try {
    stats = await lstat(file.bytes, { bigint: true });
  } catch (error) {
    // It vanished while the folder was listed; any other error is told when it is read.
    if (!isGone(error)) survey.toRead.push(file);
    else if (file.known !== null) survey.gone.push(file.known);
    return;
  }
  const { known } = file;
  if (known === null) {
    survey.toRead.push(file);
    return;
  }
  const isOther = swaps.differs(known, stats.ino);
  if (isOther) swaps.leave(known);
  if (isSame(known, stats)) mounts.addFile(known, stats.dev);
  if (options.reread || !isSame(known, stats)) survey.toRead.push(file);
  else if (options.fullHash && !known.hasFullHash) survey.toRead.push(file);
  else if (isOther) doubtful.push({ file, known, inode: stats.ino });
  else noteUnchanged(known, survey);
}

/** When it is known which rows have their files no more. */
function settleDoubtful({ survey, swaps, doubtful }: Looks, gone: readonly KnownFile[]): void {
  for (const row of gone) swaps.leave(row);
  for (const { file, known, inode } of doubtful) {
    if (swaps.isOther(known, inode)) survey.toRead.push(file);
    else noteUnchanged(known, survey);
  }
}

function noteUnchanged({ id, isActive, state }: KnownFile, survey: Survey): void {
  survey.unchanged += 1;
  if (!isActive || state === "missing") survey.back.push(id);
}

const isSame = ({ size, mtimeNs }: KnownFile, stats: BigIntStats): boolean =>
  mtimeNs === stats.mtimeNs && BigInt(size) === stats.size;
