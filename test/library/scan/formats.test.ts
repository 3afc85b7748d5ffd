// A file of each format: its tags, how long it lasts, and hashes that stay.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { contentHash, metadataHash } from "../../../src/library/hashes.ts";
import { readFile, scanLibrary } from "../../../src/library/scan/index.ts";
import type { LibraryFile } from "../../../src/library/types.ts";
import { useDatabase } from "../../support/database.ts";
import { useFolder } from "../../support/files.ts";
import { aiff, flac, id3v2, mp3, wav } from "../support/audio.ts";
import { ape, dff, dsf, mpc } from "../support/rareAudio.ts";
import { countsOf, makeTestLibrary } from "./support.ts";

const database = useDatabase({ empty: true });
const folder = useFolder();
const fixtures = fileURLToPath(new URL("../fixtures", import.meta.url));

const tone = (name: string): Buffer => readFileSync(`${fixtures}/tone.${name}`);

const tags = {
  artist: "Ärtist",
  title: "A Title",
  album: "Album",
  date: "2001",
  track: "2/3",
  genre: "Jazz",
};
const all: Partial<LibraryFile> = {
  artist: "Ärtist",
  title: "A Title",
  album: "Album",
  year: 2001,
  track: { no: 2, of: 3 },
  tags: expect.objectContaining({ genre: ["Jazz"] }),
};
const noTags = { artist: null, title: null, album: null, year: null };

/** Name, content, seconds, and what is read besides the tags; null where the reader of tags finds no duration. */
type Format = [name: string, content: () => Buffer, seconds: number | null, fields: Partial<LibraryFile>];

const formats: Format[] = [
  ["vorbis.ogg", () => tone("ogg"), 0.5, { ...all, codec: "Vorbis I", sampleRate: 8000 }],
  ["opus.opus", () => tone("opus"), 0.5, { ...all, codec: "Opus", channels: 1 }],
  ["speex.spx", () => tone("spx"), 0.5, { ...all, sampleRate: 8000 }],
  // FLAC in Ogg: the reader of tags sees the audio, and passes the comments over.
  ["flac.oga", () => tone("oga"), null, { ...noTags, codec: "FLAC", sampleRate: 8000, bitDepth: 16 }],
  ["windows.wma", () => tone("wma"), 0.5, { ...all, codec: "Windows Media Audio V8" }],
  ["aac.m4a", () => tone("m4a"), 0.6, { ...all, codec: "MPEG-4/AAC" }],
  ["lossless.m4a", () => tone("alac.m4a"), 0.2, { ...all, codec: "ALAC", bitDepth: 16 }],
  ["book.m4b", () => tone("m4a"), 0.6, { ...all, format: "m4b" }],
  ["other name.m4r", () => tone("m4a"), 0.6, all],
  ["other name.wave", () => wav(tags, { id3: true }), 0.1, all],
  ["adts.aac", () => tone("aac"), 0.6, { ...all, codec: "AAC", sampleRate: 8000 }],
  ["tone.aiff", () => tone("aiff"), 0.2, { ...all, codec: "PCM", bitDepth: 16 }],
  ["tone.aifc", () => tone("aifc"), 0.5, { ...all, sampleRate: 8000 }],
  ["made.aif", () => aiff(tags), 0.1, { ...all, sampleRate: 8000 }],
  ["info.wav", () => tone("wav"), 0.2, { ...all, codec: "PCM", bitDepth: 8 }],
  ["id3.wav", () => wav(tags, { id3: true }), 0.1, all],
  ["tone.wv", () => tone("wv"), 0.2, { ...all, sampleRate: 8000, bitDepth: 16 }],
  // What Matroska says of the album the reader of tags does not know.
  ["opus.mka", () => tone("mka"), 0.5, { artist: "Ärtist", title: "A Title", codec: "OPUS" }],
  ["layer2.mp2", () => Buffer.concat([id3v2(tags), tone("mp2")]), 0.5, { ...all, codec: "MPEG 2 Layer 2" }],
  ["layer3.mp3", () => mp3(tags), 0.26, { ...all, codec: "MPEG 1 Layer 3" }],
  ["free.flac", () => flac(tags), 1, { ...all, codec: "FLAC", bitDepth: 16 }],
  ["monkey.ape", () => ape(tags), 0.1, { ...all, sampleRate: 44_100, bitDepth: 16, channels: 1 }],
  ["muse.mpc", () => mpc(tags), 0.1, { ...all, sampleRate: 44_100, channels: 2 }],
  ["one bit.dsf", () => dsf(tags), 0.1, { ...all, sampleRate: 2_822_400, bitDepth: 1 }],
  ["one bit.dff", () => dff(tags), 0.001, { ...all, sampleRate: 2_822_400, bitDepth: 1 }],
];

describe("a file is read with its tags, its duration and its hashes", () => {
  it.each(formats)("%s", async (name, content, seconds, fields) => {
    const path = Buffer.from(folder.text(name, content()));
    const file = (await readFile(path, { as: name, fullHash: true })) as LibraryFile;
    expect(file).toMatchObject({
      kind: "audio",
      format: name.slice(-3) === "iff" ? "aiff" : name.split(".")[1],
    });
    expect(file).toMatchObject(fields);
    expect(file.warnings).toEqual([]);
    if (seconds === null) expect(file.duration).toBeNull();
    else expect(Math.abs((file.duration ?? 0) - seconds)).toBeLessThan(0.05);
    const { artist, title } = file;
    expect(file.metadataHash).toBe(metadataHash({ artist, title }, name).hash);
    expect(file.contentHash).toBe(await contentHash(path));
    // Nothing of it depends on when, or how often, it is read.
    expect(await readFile(path, { as: name, fullHash: true })).toEqual(file);
  });

  it("also without a suffix, where the content has a mark", async () => {
    // Audio alone has no mark, or is in what holds films as well; the brand of a book is one of music here.
    const unmarked = ["windows.wma", "opus.mka", "adts.aac", "book.m4b"];
    for (const [name, content, , fields] of formats) {
      if (unmarked.includes(name)) continue;
      const path = Buffer.from(folder.text(`no suffix/${name.replace(".", " ")}`, content()));
      expect(await readFile(path), name).toMatchObject({ ...fields, kind: "audio" });
    }
  });
});

it("all of them go into a library, and are known again", async () => {
  const { library, write } = await makeTestLibrary(database, folder);
  for (const [name, content] of formats) write(name, content());
  const read = formats.length;
  expect(countsOf(await scanLibrary(library))).toEqual({ read, inserted: read });
  expect(countsOf(await scanLibrary(library, { reread: true }))).toEqual({ read, unchanged: read });
});

it("the files of the folder of tones are small, and each is used", () => {
  const names = readdirSync(fixtures).filter((name) => name.startsWith("tone."));
  expect(names).toHaveLength(14);
  for (const name of names) expect(readFileSync(`${fixtures}/${name}`).length).toBeLessThan(5000);
});
