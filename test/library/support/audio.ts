// Tiny audio files with tags, as bytes: what the formats ask for, and nothing more.

export interface AudioTags {
  artist?: string;
  title?: string;
  album?: string;
  albumArtist?: string;
  /** A date or a year; whatever text. */
  date?: string;
  /** "2/3". */
  track?: string;
  genre?: string;
}

const le32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const be32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** Bytes that look like audio and depend on the seed alone. */
function noise(seed: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = (seed * 2654435761 + 1) >>> 0;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    // Never 0xff, which begins a frame of MPEG.
    bytes[at] = (state >>> 24) % 255;
  }
  return bytes;
}

function chunk(id: string, data: Buffer): Buffer {
  return Buffer.concat([Buffer.from(id, "latin1"), le32(data.length), data, Buffer.alloc(data.length % 2)]);
}

/** RIFF WAVE, 8 bit, mono, 8 kHz; tags as INFO, or as ID3v2 in a chunk of its own. */
export function wav(
  tags: AudioTags = {},
  { seed = 1, samples = 800, id3 = false }: { seed?: number; samples?: number; id3?: boolean } = {},
): Buffer {
  const format = Buffer.concat([
    Buffer.from([1, 0, 1, 0]),
    le32(8000),
    le32(8000),
    Buffer.from([1, 0, 8, 0]),
  ]);
  const names: [string, string | undefined][] = [
    ["IART", tags.artist],
    ["INAM", tags.title],
    ["IPRD", tags.album],
    ["ICRD", tags.date],
    ["IGNR", tags.genre],
  ];
  const info = names.flatMap(([id, value]) =>
    value === undefined ? [] : [chunk(id, Buffer.from(`${value}\0`, "latin1"))],
  );
  const tagged = id3
    ? [chunk("id3 ", id3v2(tags))]
    : info.length === 0
      ? []
      : [chunk("LIST", Buffer.concat([Buffer.from("INFO"), ...info]))];
  const body = Buffer.concat([
    Buffer.from("WAVE"),
    chunk("fmt ", format),
    ...tagged,
    chunk("data", noise(seed, samples)),
  ]);
  return Buffer.concat([Buffer.from("RIFF"), le32(body.length), body]);
}

/** AIFF, 8 bit, mono, 8 kHz; tags as ID3v2 in a chunk of its own. */
export function aiff(tags: AudioTags = {}, { samples = 800 }: { samples?: number } = {}): Buffer {
  const part = (id: string, data: Buffer): Buffer =>
    Buffer.concat([Buffer.from(id), be32(data.length), data, Buffer.alloc(data.length % 2)]);
  // 80 bits of a float: 8000.
  const rate = Buffer.from("400bfa00000000000000", "hex");
  const common = Buffer.concat([Buffer.from([0, 1]), be32(samples), Buffer.from([0, 8]), rate]);
  const sound = part("SSND", Buffer.concat([Buffer.alloc(8), noise(1, samples)]));
  const body = Buffer.concat([Buffer.from("AIFF"), part("COMM", common), sound, part("ID3 ", id3v2(tags))]);
  return Buffer.concat([Buffer.from("FORM"), be32(body.length), body]);
}

/** FLAC: STREAMINFO with an MD5 of the audio, and Vorbis comments; what follows is no real frame. */
export function flac(
  tags: AudioTags = {},
  { seed = 1, md5 = noise(seed + 77, 16), bytes = 600 }: { seed?: number; md5?: Buffer; bytes?: number } = {},
): Buffer {
  const info = Buffer.alloc(34);
  info.writeUInt16BE(4096, 0);
  info.writeUInt16BE(4096, 2);
  // 20 bits sample rate, 3 bits channels - 1, 5 bits bits a sample - 1, 36 bits samples.
  info.writeBigUInt64BE((44100n << 44n) | (1n << 41n) | (15n << 36n) | 44100n, 10);
  md5.copy(info, 18);
  const names: [string, string | undefined][] = [
    ["ARTIST", tags.artist],
    ["TITLE", tags.title],
    ["ALBUM", tags.album],
    ["ALBUMARTIST", tags.albumArtist],
    ["DATE", tags.date],
    ["TRACKNUMBER", tags.track],
    ["GENRE", tags.genre],
  ];
  const comments = names.flatMap(([name, value]) => {
    if (value === undefined) return [];
    const text = Buffer.from(`${name}=${value}`);
    return [Buffer.concat([le32(text.length), text])];
  });
  const vendor = Buffer.from("a test");
  const vorbis = Buffer.concat([le32(vendor.length), vendor, le32(comments.length), ...comments]);
  const block = (type: number, data: Buffer): Buffer =>
    Buffer.concat([be32(type * 2 ** 24 + data.length), data]);
  return Buffer.concat([Buffer.from("fLaC"), block(0, info), block(0x84, vorbis), noise(seed, bytes)]);
}

/** An ID3v2 tag with the frames that the tags ask for, in UTF-8 (v2.4) or UTF-16 (v2.3). */
export function id3v2(
  tags: AudioTags,
  { version = 4, padding = 0 }: { version?: 3 | 4; padding?: number } = {},
) {
  const names: [string, string | undefined][] = [
    ["TPE1", tags.artist],
    ["TIT2", tags.title],
    ["TALB", tags.album],
    ["TPE2", tags.albumArtist],
    [version === 4 ? "TDRC" : "TYER", tags.date],
    ["TRCK", tags.track],
    ["TCON", tags.genre],
  ];
  const frames = names.flatMap(([id, value]) => {
    if (value === undefined) return [];
    const text =
      version === 4
        ? Buffer.concat([Buffer.from([3]), Buffer.from(value)])
        : Buffer.concat([Buffer.from([1, 0xff, 0xfe]), Buffer.from(value, "utf16le")]);
    const size = version === 4 ? syncSafe(text.length) : be32(text.length);
    return [Buffer.concat([Buffer.from(id), size, Buffer.alloc(2), text])];
  });
  const body = Buffer.concat([...frames, Buffer.alloc(padding)]);
  return Buffer.concat([Buffer.from("ID3"), Buffer.from([version, 0, 0]), syncSafe(body.length), body]);
}

const syncSafe = (size: number): Buffer => Buffer.from([21, 14, 7, 0].map((bits) => (size >> bits) & 0x7f));

/** MPEG 1 Layer 3, 128 kbit/s, 44.1 kHz: so many frames behind an ID3v2 tag. */
export function mp3(
  tags: AudioTags = {},
  {
    seed = 1,
    frames = 10,
    ...tag
  }: { seed?: number; frames?: number; version?: 3 | 4; padding?: number } = {},
): Buffer {
  const frame = (index: number): Buffer =>
    Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0xc4]), noise(seed * 1000 + index, 413)]);
  const audio = Array.from({ length: frames }, (_, index) => frame(index));
  const header = Object.keys(tags).length === 0 ? Buffer.alloc(0) : id3v2(tags, tag);
  return Buffer.concat([header, ...audio]);
}
