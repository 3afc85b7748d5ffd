// The words of the library store: files with tags and hashes, what is asked about them, and what is answered.

/** Whatever JSON can say. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
export type JsonObject = { [key: string]: JsonValue };

/** Audio files have tags; any other file is known by its content alone. */
export type FileKind = "audio" | "other";

/** What is known of a file's content besides tags of its own kind. */
export interface LibraryFile {
  /** Null before it is stored. */
  id: number | null;
  /** Relative to the library's root, `/` between parts; bytes that are not UTF-8 are escaped, see `encodePath`. */
  path: string;
  filename: string;
  kind: FileKind;
  /** Suffix in lower case without the dot; what the content says for a file without one; "" when nobody knows. */
  format: string;
  /** Bytes. */
  size: number;
  /** Nanoseconds since 1970; null when it was not looked at. */
  mtimeNs: bigint | null;
  /** "device:inode". */
  inode: string | null;
  artist: string | null;
  title: string | null;
  album: string | null;
  albumArtist: string | null;
  /** 1900 to 2100. */
  year: number | null;
  track: { no: number | null; of: number | null };
  disc: { no: number | null; of: number | null };
  /** Seconds. */
  duration: number | null;
  /** Hz. */
  sampleRate: number | null;
  bitDepth: number | null;
  /** Bits per second. */
  bitrate: number | null;
  channels: number | null;
  codec: string | null;
  isrc: string | null;
  /** MusicBrainz identifiers. */
  musicBrainz: {
    recording: string | null;
    releaseTrack: string | null;
    release: string | null;
    releaseGroup: string | null;
  };
  /** All further tags, by their common names. */
  tags: JsonObject;
  /** md5 of artist and title, or of the file's stem when both are empty. */
  metadataHash: string;
  /** Whether `metadataHash` comes from the file's name: equal ones are a weak sign only. */
  isHashOfName: boolean;
  /** Size and SHA-256 of a sample. Null when it could not be made, which is equal to nothing. */
  contentHash: string | null;
  /** Of the audio data alone, which survives new tags, where the format has it. */
  audioHash: string | null;
  /** SHA-256 of all bytes, when it was asked for. */
  fullHash: string | null;
  isActive: boolean;
  /** `missing`: it was not found where it should be; the row is kept. */
  state: "present" | "missing";
  missingSince: Date | null;
  indexedAt: Date | null;
  lastVerified: Date | null;
  /** What was set right at the door: "year 1800 is left out". */
  warnings: readonly string[];
}

/** What a caller of the batch functions may write; the rest is derived (see `makeLibraryFile`). */
export type LibraryFileInput = Partial<LibraryFile> & Pick<LibraryFile, "path" | "size">;

/** One row that did not go in, or was not found. */
export interface RowFailure {
  /** Place in the input; 0 is the first. */
  index: number;
  path: string;
  /** `invalid_file`, `duplicate_path`, `no_id`, `not_found`, or the SQLSTATE's name. */
  code: string;
  message: string;
}

/** Of a batch function: `read` is `changed` + `unchanged` + the failures. */
export interface BatchReport {
  read: number;
  /** Rows inserted, updated, deleted or marked. */
  changed: number;
  /** Rows that were as wanted already. */
  unchanged: number;
  failures: RowFailure[];
}

export type HashType = "metadata" | "content" | "audio" | "full";

export type MatchType =
  | "exact_metadata"
  | "exact_file"
  | "exact_audio"
  | "weak_name"
  | "fuzzy_metadata"
  /** Artist and title are alike, and neither is the same. */
  | "fuzzy_artist"
  | "none";

export interface DuplicateMatch {
  file: LibraryFile;
  matchType: MatchType;
  /** 0 to 1. */
  confidence: number;
}

export interface DuplicateResult {
  isDuplicate: boolean;
  /** 0 to 1: certain from 0.95, uncertain from 0.7. */
  confidence: number;
  matchType: MatchType;
  matchedFile: LibraryFile | null;
  /** Best first; never the file itself. */
  allMatches: readonly DuplicateMatch[];
}
