// Tags and hashes of single files, and what is refused.

import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { contentHash, metadataHash } from "../../../src/library/hashes.ts";
import { listFolder, openReaders, readFile } from "../../../src/library/scan/index.ts";
import { useFolder } from "../../support/files.ts";
import { aiff, flac, id3v2, mp3, wav } from "../support/audio.ts";

const folder = useFolder();

const write = (name: string, content: Buffer | string): Buffer => Buffer.from(folder.text(name, content));

const tags = { artist: "Ärtist", title: "A Title", album: "Album", date: "2001", track: "2/3" };
const expected = { kind: "audio", artist: "Ärtist", title: "A Title", album: "Album", year: 2001 };

describe("tags", () => {
  it("of MP3 with ID3v2.4 and ID3v2.3", async () => {
    for (const version of [3, 4] as const) {
      const path = write(
        `v${version}.mp3`,
        mp3({ ...tags, albumArtist: "Various" }, { version, padding: 64 }),
      );
      expect(await readFile(path, { as: `a/v${version}.mp3` })).toMatchObject({
        ...expected,
        path: `a/v${version}.mp3`,
        format: "mp3",
        albumArtist: "Various",
        track: { no: 2, of: 3 },
        sampleRate: 44100,
        codec: "MPEG 1 Layer 3",
        metadataHash: metadataHash({ artist: "Ärtist", title: "A Title" }, "").hash,
        contentHash: await contentHash(path),
        warnings: [],
      });
    }
  });

  it("of FLAC, with the hash of its audio", async () => {
    const md5 = Buffer.from("00112233445566778899aabbccddeeff", "hex");
    const path = write("a.flac", flac(tags, { md5 }));
    expect(await readFile(path)).toMatchObject({
      ...expected,
      duration: 1,
      sampleRate: 44100,
      bitDepth: 16,
      channels: 2,
      audioHash: md5.toString("hex"),
    });
    const unset = await readFile(write("unset.flac", flac(tags, { md5: Buffer.alloc(16) })));
    expect(unset).toMatchObject({ title: "A Title", audioHash: null });
  });

  it("of WAV, as INFO and as ID3v2", async () => {
    expect(await readFile(write("a.wav", wav(tags)))).toMatchObject({ ...expected, duration: 0.1 });
    expect(await readFile(write("b.wav", wav(tags, { id3: true })))).toMatchObject(expected);
    const utf8 = Object.fromEntries(
      Object.entries(tags).map(([name, text]) => [name, Buffer.from(text).toString("latin1")]),
    );
    expect(await readFile(write("c.wav", wav(utf8)))).toMatchObject({ ...expected, warnings: [] });
    const both = { artist: "Ã la carte", title: "Å" };
    expect(await readFile(write("d.wav", wav(both)))).toMatchObject(both);
  });

  it("of AIFF", async () => {
    expect(await readFile(write("a.aif", aiff(tags)))).toMatchObject({
      ...expected,
      format: "aif",
      sampleRate: 8000,
      duration: 0.1,
    });
  });

  it("of files whose names are not UTF-8", async () => {
    const path = Buffer.concat([Buffer.from(`${folder.root}/caf`), Buffer.from([0xe9]), Buffer.from(".mp3")]);
    writeFileSync(path, mp3(tags));
    const file = await readFile(path);
    expect(file).toMatchObject({ ...expected, filename: "caf\\xe9.mp3", format: "mp3" });
  });

  it("by the content when the name is wrong, or has no suffix", async () => {
    expect(await readFile(write("flac.mp3", flac(tags)))).toMatchObject({ title: "A Title", codec: "FLAC" });
    expect(await readFile(write("nosuffix", mp3(tags)))).toMatchObject({ title: "A Title", format: "mp3" });
    expect(await readFile(write("nosuffix2", flac(tags)))).toMatchObject({ format: "flac" });
  });

  it("with warnings about years that cannot be", async () => {
    const early = await readFile(write("early.mp3", mp3({ ...tags, date: "1800" })));
    expect(early).toMatchObject({ year: null, title: "A Title", warnings: ["year 1800 is left out"] });
    const odd = await readFile(write("odd.mp3", mp3({ ...tags, date: "Oct 3, 1995" })));
    expect(odd).toMatchObject({
      year: null,
      title: "A Title",
      warnings: ['date "Oct 3, 1995" has no year that can be read'],
    });
  });

  it("of a file without any: its name is hashed", async () => {
    expect(await readFile(write("untagged/song.mp3", mp3()))).toMatchObject({
      artist: null,
      metadataHash: "3c1aafa2bc99def1aa02fa2a74feb051",
      isHashOfName: true,
    });
  });
});

describe("rejects", () => {
  it("what has a name like audio and is none", async () => {
    const utf16 = Buffer.concat([
      Buffer.from([0xff, 0xfe]),
      Buffer.from("some text ".repeat(200), "utf16le"),
    ]);
    const noAudio: [string, Buffer | string][] = [
      ["text.mp3", "This is no audio.\n".repeat(50)],
      ["utf16.mp3", utf16],
      ["empty.mp3", ""],
      ["text.flac", "This is no audio.\n"],
      ["text.wav", "This is no audio.\n"],
      ["text.m4a", "This is no audio.\n"],
      ...["ogg", "opus", "aac", "ape", "wma", "wv", "mpc", "dsf", "dff", "mka", "aiff", "m4b"].map(
        (suffix): [string, string] => [`text.${suffix}`, "This is no audio.\n".repeat(50)],
      ),
      ["utf16.aac", utf16],
      ["video.m4a", Buffer.from("\0\0\0\x18ftypM4A \0\0\0\0isomM4A ", "latin1")],
      ["tag-alone.mp3", id3v2(tags)],
    ];
    for (const [name, content] of noAudio) {
      const result = await readFile(write(name, content));
      expect(result, name).toMatchObject({ code: "not_audio" });
    }
  });

  it("tags of which none can be understood", async () => {
    const date = await readFile(write("date.mp3", mp3({ date: "Oct 3, 1995" })));
    expect(date).toMatchObject({ code: "unreadable_tags", message: expect.stringContaining("Oct 3, 1995") });
    const broken = Buffer.concat([
      Buffer.from("ID3\x04\0\0\0\0\0\x14"),
      Buffer.from("\x01".repeat(20)),
      mp3(),
    ]);
    expect(await readFile(write("broken.mp3", broken))).toMatchObject({ code: "unreadable_tags" });
  });

  it("what is not there", async () => {
    expect(await readFile(Buffer.from(folder.path("nowhere.mp3")))).toMatchObject({
      code: "unreadable_file",
    });
  });

  it("none of them when any file is asked for", async () => {
    const path = write("any.mp3", "no audio");
    expect(await readFile(path, { kind: "any", fullHash: true })).toMatchObject({
      kind: "other",
      format: "mp3",
      title: null,
      contentHash: await contentHash(path),
      fullHash: "c9875aee956f3f035cf10e9d091a0baaa02f9f7938368db4835ed4a7d7eb9f82",
      warnings: ["no audio was found in it"],
    });
    expect(await readFile(write("notes.txt", "x"), { kind: "any" })).toMatchObject({
      kind: "other",
      warnings: [],
    });
  });
});

describe("threads", () => {
  it("answer many files at once, each its own", async () => {
    const readers = openReaders({ workers: 2 });
    const names = Array.from({ length: 60 }, (_, index) => `many/${index}.mp3`);
    const paths = names.map((name, index) => write(name, mp3({ title: `Title ${index}` })));
    const files = await Promise.all(paths.map((path, index) => readers.read(path, { as: `${index}.mp3` })));
    readers.close();
    expect(files.map((file) => "title" in file && [file.path, file.title])).toEqual(
      names.map((_, index) => [`${index}.mp3`, `Title ${index}`]),
    );
    await expect(readers.read(paths[0] as Buffer)).rejects.toMatchObject({ code: "CANCELLED" });
  });
});

it("a folder that cannot be listed is told", async () => {
  const items = [];
  for await (const item of listFolder(Buffer.from(folder.path("nowhere")))) items.push(item);
  expect(items).toEqual([
    { type: "unreadable", path: "", message: expect.stringContaining("no such file or directory") },
  ]);
});
