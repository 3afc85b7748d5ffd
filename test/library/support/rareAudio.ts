// Tiny files of formats that few programs write, as bytes: what their readers ask for, and nothing more.

import { type AudioTags, id3v2 } from "./audio.ts";

const le = (bytes: number, value: number): Buffer => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntLE(value, 0, Math.min(bytes, 6));
  return buffer;
};
const be = (bytes: number, value: number): Buffer => le(bytes, value).reverse();

/** Items and footer of an APEv2 tag. https://wiki.hydrogenaudio.org/index.php?title=APEv2_specification */
export function apev2(tags: AudioTags): Buffer {
  const names: [string, string | undefined][] = [
    ["Artist", tags.artist],
    ["Title", tags.title],
    ["Album", tags.album],
    ["Year", tags.date],
    ["Track", tags.track],
    ["Genre", tags.genre],
  ];
  const items = names.flatMap(([key, value]) => {
    if (value === undefined) return [];
    const text = Buffer.from(value);
    return [Buffer.concat([le(4, text.length), le(4, 0), Buffer.from(`${key}\0`), text])];
  });
  const size = items.reduce((sum, { length }) => sum + length, 32);
  const numbers = [le(4, 2000), le(4, size), le(4, items.length), le(4, 0), le(8, 0)];
  return Buffer.concat([...items, Buffer.from("APETAGEX"), ...numbers]);
}

/** Monkey's Audio 3.99: one frame of 4,410 samples, 16 bit, mono, 44.1 kHz. */
export function ape(tags: AudioTags): Buffer {
  const audio = Buffer.alloc(200, 7);
  const [version, descriptorBytes, headerBytes] = [3990, 52, 24];
  // Of the seek table, the header and the end of the WAV, and the MD5 there is nothing.
  const sizes = [le(4, descriptorBytes), le(4, headerBytes), le(8, 0), le(4, audio.length), le(8, 0)];
  const descriptor = Buffer.concat([Buffer.from("MAC "), le(4, version), ...sizes, Buffer.alloc(16, 9)]);
  const frames = [le(4, 73_728), le(4, 4410), le(4, 1)];
  const header = Buffer.concat([le(2, 2000), le(2, 0), ...frames, le(2, 16), le(2, 1), le(4, 44_100)]);
  return Buffer.concat([descriptor, header, audio, apev2(tags)]);
}

/** Musepack SV8: 4,410 samples, stereo, 44.1 kHz. */
export function mpc(tags: AudioTags): Buffer {
  const packet = (key: string, data: Buffer): Buffer =>
    Buffer.concat([Buffer.from(key), be(1, data.length + 3), data]);
  // The count of samples goes in parts of seven bits.
  const samples = Buffer.from([0x80 | (4410 >> 7), 4410 & 0x7f]);
  const stream = Buffer.concat([le(4, 0), be(1, 8), samples, be(1, 0), Buffer.from([0x1b, 0x10])]);
  const audio = packet("AP", Buffer.alloc(50, 7));
  const all = [packet("SH", stream), audio, packet("SE", Buffer.alloc(0)), apev2(tags)];
  return Buffer.concat([Buffer.from("MPCK"), ...all]);
}

const dsdHz = 2_822_400;

/** A tenth of a second of one bit, mono, where it says how long it is. */
export function dsf(tags: AudioTags): Buffer {
  const chunk = (id: string, data: Buffer): Buffer =>
    Buffer.concat([Buffer.from(id), le(8, data.length + 12), data]);
  const format = [1, 0, 1, 1, dsdHz, 1].map((value) => le(4, value));
  const rest = [le(8, dsdHz / 10), le(4, 4096), le(4, 0)];
  const body = [chunk("fmt ", Buffer.concat([...format, ...rest])), chunk("data", Buffer.alloc(256, 0x69))];
  const tag = id3v2(tags);
  const tagAt = 28 + body.reduce((sum, { length }) => sum + length, 0);
  return Buffer.concat([
    chunk("DSD ", Buffer.concat([le(8, tagAt + tag.length), le(8, tagAt)])),
    ...body,
    tag,
  ]);
}

/** DSDIFF, mono: 2,822 samples, a thousandth of a second. */
export function dff(tags: AudioTags): Buffer {
  const chunk = (id: string, ...data: Buffer[]): Buffer => {
    const body = Buffer.concat(data);
    return Buffer.concat([Buffer.from(id), be(8, body.length), body]);
  };
  const sound = [
    chunk("FS  ", be(4, dsdHz)),
    chunk("CHNL", be(2, 1), Buffer.from("C000")),
    chunk("CMPR", Buffer.from("DSD "), be(1, 14), Buffer.from("not compressed\0")),
  ];
  const parts = [
    chunk("FVER", be(4, 0x01050000)),
    chunk("PROP", Buffer.from("SND "), ...sound),
    chunk("DSD ", Buffer.alloc(354, 0x69)),
    chunk("ID3 ", id3v2(tags)),
  ];
  return chunk("FRM8", Buffer.from("DSD "), ...parts);
}
