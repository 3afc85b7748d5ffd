// Reads one file in the thread that it is called in: what it is, its tags, its hashes.

import { statSync } from "node:fs";
import { type IAudioMetadata, parseFromTokenizer } from "music-metadata";
import { errorCode, errorMessage } from "../../errors.ts";
import { fullHash, hashOfSamples, sampleBytes, samplePositions } from "../hashes.ts";
import { filenameOf, suffixOf } from "../paths.ts";
import { makeLibraryFile } from "../record.ts";
import type { LibraryFileInput } from "../types.ts";
import { formatOfHead, headBytes, isAudioSuffix } from "./audioFormats.ts";
import { FileBytes } from "./fileBytes.ts";
import { findMpegFrames } from "./mpegFrames.ts";
import type { ReadRequest } from "./protocol.ts";
import { whyNoSense } from "./tagSense.ts";
import { audioHash, fieldsOf } from "./tagValues.ts";
import { type FileReject, isReject, type ReadResult } from "./types.ts";
import { knownTime } from "./unseenChange.ts";

/** Of an ID3v2 tag; its size follows as four times seven bits. */
const id3HeaderBytes = 10;

/** Never throws: a file that cannot be read is a reject. */
export async function readOne(request: ReadRequest): Promise<ReadResult> {
  const path = Buffer.from(request.path);
  let file: FileBytes | undefined;
  try {
    // Opening a pipe would wait for someone to write.
    if (!statSync(path).isFile()) return { code: "unreadable_file", message: "it is no regular file" };
    const readAtMs = Date.now();
    file = new FileBytes(path);
    const audio = await readAudio(file, suffixOf(filenameOf(request.as)));
    if (isReject(audio) && (request.kind === "audio" || audio.code === "unreadable_file")) return audio;
    const { size, mtimeNs, dev, ino } = file.stats;
    return makeLibraryFile({
      ...(isReject(audio) ? asOther(audio, suffixOf(filenameOf(request.as))) : audio),
      path: request.as,
      size: Number(size),
      mtimeNs: knownTime(mtimeNs, readAtMs),
      inode: `${dev}:${ino}`,
      contentHash: sampledHash(file),
      ...(request.wantsFullHash ? { fullHash: await fullHash(path) } : {}),
    });
  } catch (error) {
    return { code: "unreadable_file", message: errorMessage(error) };
  } finally {
    file?.closeFile();
  }
}

/** As `contentHash`, at a fifth of its time for a small file: nothing goes through the event loop. */
function sampledHash(file: FileBytes): string {
  const { size } = file.fileInfo;
  return hashOfSamples(
    size,
    samplePositions(size).map((position) => file.bytesAt(position, sampleBytes)),
  );
}

type AudioFields = Omit<LibraryFileInput, "path" | "size">;

/** A file that has a name like audio is indexed by its content, and says why it has no tags. */
function asOther({ message }: FileReject, suffix: string): AudioFields {
  return { kind: "other", warnings: isAudioSuffix(suffix) ? [message] : [] };
}

async function readAudio(file: FileBytes, suffix: string): Promise<AudioFields | FileReject> {
  if (suffix !== "" && !isAudioSuffix(suffix))
    return notAudio(`nothing is known of audio in .${suffix} files`);
  try {
    const { start, body } = passTags(file);
    const format = formatOfHead(file.bytesAt(start, headBytes)) ?? formatOfFrames(file, start, suffix);
    if (format === null) return notAudio("no audio was found in it");
    const metadata = await parseFromTokenizer(file.expect(format), { duration: true, skipCovers: true });
    if (!hasAudio(metadata, format)) return notAudio("no audio was found in it");
    const why = whyNoSense(metadata, body);
    if (why !== null) return { code: "unreadable_tags", message: why };
    const fields = fieldsOf(metadata);
    if (format === "flac") fields.audioHash = audioHash(flacMd5(file, start));
    return { kind: "audio", format: suffix === "" ? format : suffix, ...fields };
  } catch (error) {
    // A system error has a code; what the parser says has none.
    if (errorCode(error) !== undefined) return { code: "unreadable_file", message: errorMessage(error) };
    const isTag = error instanceof Error && "fileType" in error && error.fileType === "ID3v2";
    return { code: isTag ? "unreadable_tags" : "not_audio", message: errorMessage(error) };
  }
}

const notAudio = (message: string): FileReject => ({ code: "not_audio", message });

/** Not every parser tells every one of them; one that found no audio tells none. */
function hasAudio({ format }: IAudioMetadata, expected: string): boolean {
  // It has no mark either, and takes what looks like MPEG.
  if (expected === "aac" && (format.codec !== "AAC" || format.duration === undefined)) return false;
  const { container, hasAudio: is, sampleRate, codec, duration } = format;
  return is !== false && container !== undefined && [sampleRate, codec, duration].some(Boolean);
}

/** Where the file begins behind its ID3v2 tags, and the first bytes of the first of them. */
function passTags(file: FileBytes): { start: number; body: Buffer | null } {
  let start = 0;
  let body: Buffer | null = null;
  for (;;) {
    const header = file.bytesAt(start, id3HeaderBytes);
    if (header.length < id3HeaderBytes || header.toString("latin1", 0, 3) !== "ID3") return { start, body };
    const size = header.subarray(6).reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0);
    body ??= file.bytesAt(start + id3HeaderBytes, Math.min(size, id3HeaderBytes));
    start += id3HeaderBytes + size;
  }
}

/**
 * The parser leaves it out. It is the end of the block STREAMINFO, which is always the first one.
 * https://www.rfc-editor.org/rfc/rfc9639#section-8.2
 */
const flacMd5 = (file: FileBytes, start: number): Buffer => file.bytesAt(start + 26, 16);

/** Frames of MPEG are looked for near the beginning, then further on, where more of them are asked for. */
function formatOfFrames(file: FileBytes, start: number, suffix: string): string | null {
  const isMpeg = suffix === "mp3" || suffix === "mp2";
  // The parser looks for the marks of its format itself.
  if (suffix !== "" && !isMpeg) return suffix;
  const isNear = findMpegFrames(file.bytesAt(start, 16 * 1024), isMpeg ? 2 : 3) !== -1;
  if (isNear || (isMpeg && findMpegFrames(file.bytesAt(start, 1024 * 1024), 3) !== -1)) {
    return isMpeg ? suffix : "mp3";
  }
  return null;
}
