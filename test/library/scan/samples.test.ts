// Tags and hashes of real files, where they are at hand next to the project; and of files like them that are made here.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { contentHash, metadataHash } from "../../../src/library/hashes.ts";
import { readFile } from "../../../src/library/scan/index.ts";
import type { LibraryFile } from "../../../src/library/types.ts";
import { useFolder } from "../../support/files.ts";
import { flac, mp3 } from "../support/audio.ts";

const samples = fileURLToPath(new URL("../../../../shared/data/audio", import.meta.url));
const folder = useFolder();

/** Name, metadata hash, content hash, and some of what is read. */
type Sample = [name: string, metadata: string, content: string, fields: Partial<LibraryFile>];

const full: Partial<LibraryFile> = {
  artist: "the artist",
  title: "full",
  album: "the album",
  year: 2001,
  track: { no: 2, of: 3 },
  disc: { no: 4, of: 5 },
  musicBrainz: {
    recording: "8b882575-08a5-4452-a7a7-cbb8a1531f9e",
    releaseTrack: "c29f3a57-b439-46fd-a2e2-93776b1371e0",
    release: "9e873859-8aa4-4790-b985-5a953e8ef628",
    releaseGroup: null,
  },
};
const nothing = { artist: null, title: null, album: null, year: null };

const expected: Sample[] = [
  [
    "full.mp3",
    "6bb27b9466d52eb7ef5f84e9d73f0a52",
    "12820_bf1beeae5f80e246131da0efc05f1eace07e3cee11238d0d25f8d57aaf84fc8b",
    { ...full, albumArtist: "the album artist", codec: "MPEG 1 Layer 3", size: 12_820 },
  ],
  [
    "full.flac",
    "6bb27b9466d52eb7ef5f84e9d73f0a52",
    "21890_b84ed8d3c6162b42518aa6de8882d7f9f6e7151876ff012d93f45907284b37c1",
    { ...full, albumArtist: null, bitDepth: 16, duration: 1 },
  ],
  [
    "full.m4a",
    "6bb27b9466d52eb7ef5f84e9d73f0a52",
    "5862_a73bb49ce021a17c1b6601cd2d40475e3d9f455ca53350adc17f82e5c20d6642",
    { ...full, albumArtist: "the album artist", codec: "MPEG-4/AAC" },
  ],
  [
    "partial.mp3",
    "5556348e242a8a5ffec2dd9c3e28e9e1",
    "12820_305e6467d011a7d66eff9cee7fb6ad8a4f8e9bb567039e39fd80408933c2d18d",
    {
      artist: "the artist",
      title: "partial",
      album: "the album",
      track: { no: 2, of: null },
      disc: { no: 4, of: null },
      year: null,
    },
  ],
  [
    "empty.mp3",
    "de386d18781320ec1b49f31aced52ac4",
    "8567_fc1e32e1e154c5ea0c5305700416655f55cdc2393a4e42dfc2b46c5d886994a8",
    { ...nothing, isHashOfName: true },
  ],
  [
    "no_ext",
    "a26a73588242235246d4a55015fb9dd9",
    "37206_4bc910c908b2d18f49c7e27f0e824748bc778916067730bb113977ff1f78f1de",
    {
      title: "1 Second of Silence",
      artist: "Anar Software LLC",
      albumArtist: "Anar Software LLC",
      album: "Blank Audio",
      format: "mp3",
      codec: "MPEG 2.5 Layer 3",
      sampleRate: 8000,
    },
  ],
  [
    "whitenoise.flac",
    "33f9ca40d833fc0ca264f93b27b99cc1",
    "288332_e029c9e5ebe0ce48f08ccf8bcabe123bef3c2e55be227edca1908e422991dd95",
    { ...nothing, duration: 2, sampleRate: 48_000, bitDepth: 24 },
  ],
];

const durations: [string, number][] = [
  ["full.mp3", 1.07102],
  ["full.m4a", 1.06812],
  ["partial.mp3", 1.07102],
  ["empty.mp3", 1.0449],
  ["no_ext", 1.224],
];

it("one song in two formats has one hash of its tags", async () => {
  const tags = { artist: "The Artist ", title: "Full" };
  const files = [folder.text("full.mp3", mp3(tags)), folder.text("full.flac", flac(tags))];
  for (const path of files) {
    expect(await readFile(Buffer.from(path))).toMatchObject({ metadataHash: expected[0]?.[1] });
  }
});

if (existsSync(samples)) {
  describe("the samples", () => {
    for (const [name, metadata, content, fields] of expected) {
      it(name, async () => {
        const file = await readFile(Buffer.from(join(samples, name)), { as: name });
        expect(file).toMatchObject({ ...fields, metadataHash: metadata, contentHash: content, warnings: [] });
      });
    }

    it("have tags beside those with a column", async () => {
      const further = {
        genre: ["the genre"],
        composer: ["the composer"],
        bpm: 6,
        lyrics: ["the lyrics"],
      };
      for (const name of ["full.mp3", "full.flac", "full.m4a"]) {
        expect(await readFile(Buffer.from(join(samples, name)))).toMatchObject({ tags: further });
      }
    });

    it("last as long as they do", async () => {
      for (const [name, seconds] of durations) {
        const file = await readFile(Buffer.from(join(samples, name)));
        expect("duration" in file && file.duration).toBeCloseTo(seconds, 4);
      }
    });

    it("unparseable.mp3 is refused: all that its tags say is a date that is none", async () => {
      const path = join(samples, "unparseable.mp3");
      expect(await readFile(Buffer.from(path))).toMatchObject({
        code: "unreadable_tags",
        message: expect.stringContaining("Oct 3, 1995"),
      });
      const hash = "9601_bed25d860e6e54a2f69e9a30e77b52c6803df7fa02bcb0c2abdbb1fbc0d9a110";
      expect(await contentHash(path)).toBe(hash);
      const byName = metadataHash({ artist: null, title: null }, "unparseable.mp3").hash;
      expect(byName).toBe("00f2418647f48252efd21c9cd251dd3f");
      // By its content alone it can be indexed.
      const other = await readFile(Buffer.from(path), { kind: "any", as: "unparseable.mp3" });
      expect(other).toMatchObject({ kind: "other", year: null, metadataHash: byName, contentHash: hash });
    });
  });
}
