// Which files hold audio: by their suffix, and by their first bytes.

const suffixes: ReadonlySet<string> = new Set([
  ...["mp3", "mp2", "aac", "flac", "m4a", "m4b", "wav", "ogg", "oga", "opus", "spx", "aiff", "aif", "aifc"],
  ...["wma", "ape", "wv", "mpc", "dsf", "dff", "mka"],
  // Other names of some of these.
  ...["wave", "bwf", "m4r", "wvp"],
]);

export const isAudioSuffix = (suffix: string): boolean => suffixes.has(suffix);

/** Bytes of a file's beginning that tell its format. */
export const headBytes = 40;

/**
 * The suffix that a file's first bytes stand for; null when they say nothing. Frames of MPEG have no such mark, see
 * `findMpegFrames`, and tags before them are passed over by the caller.
 */
export function formatOfHead(head: Buffer): string | null {
  const at = (start: number, length: number): string => head.toString("latin1", start, start + length);
  const first = at(0, 4);
  if (first === "fLaC") return "flac";
  if (first === "OggS") return at(28, 8) === "OpusHead" ? "opus" : "ogg";
  if (first === "RIFF" && at(8, 4) === "WAVE") return "wav";
  if (first === "FORM" && ["AIFF", "AIFC"].includes(at(8, 4))) return "aiff";
  if (at(4, 4) === "ftyp" && ["M4A ", "M4B "].includes(at(8, 4))) return at(8, 3) === "M4B" ? "m4b" : "m4a";
  if (first === "wvpk") return "wv";
  if (first === "MAC ") return "ape";
  if (first === "MPCK" || at(0, 3) === "MP+") return "mpc";
  if (first === "DSD ") return "dsf";
  if (first === "FRM8") return "dff";
  return null;
}
