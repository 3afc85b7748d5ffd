// Hashes against values that other programs computed.

import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contentHash, fullHash, metadataHash } from "../../../src/library/index.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "copycat-hashes-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileOf(bytes: Buffer | string): Promise<string> {
  const path = join(folder, "file");
  await writeFile(path, bytes);
  return path;
}

const pattern = (length: number): Buffer =>
  Buffer.from(Uint8Array.from({ length }, (_, index) => index % 251));

describe("the hash of the metadata", () => {
  it.each([
    ["  The Beatles ", " Hey Jude ", "3fc8da0c12b3064554e0d3167f4d81fe"],
    ["Radiohead", null, "ada9551ebfeba7020ffdf7b86e13d77d"],
    ["Beyonc\u00e9", "Halo", "72330ba6a78a3a59255c4af8b92bf424"],
    ["Beyonce\u0301", "Halo", "f12ca47e47656c0f3489cd7edf68d231"],
    ["the artist", "full", "6bb27b9466d52eb7ef5f84e9d73f0a52"],
    // As Python 3 has them: hashlib.md5(f"{artist.strip().lower()}|{title.strip().lower()}".encode()).
    ["\u00c4rzte", "STRASSE\u00df", "4c6dfc5c050469eb44f73462384848f8"],
    ["\u0130", "I\u0307", "40d609694443bfceff2133473f82a548"],
    ["\u03a3\u03a3", "x", "6b4227f96430c4e3fd1f0293d43d3beb"],
    ["\u00a0A\u3000", "\ufeffB", "12c4caeedde6e96129d082aebc32b166"],
    ["\x1cA\x1f\x85", "B", "d0726241020676b14aa6298ce6a18b21"],
    [null, "x", "a072b4e3a1bb604bf6480276b047204d"],
    ["x", " ", "2f00edd323b4011a14ac3fe3fe31237f"],
  ])("of %j and %j", (artist, title, hash) => {
    expect(metadataHash({ artist, title }, "any.mp3")).toEqual({ hash, isHashOfName: false });
  });

  it("is of the name where there are no tags, and says so", () => {
    const expected = { hash: "3c1aafa2bc99def1aa02fa2a74feb051", isHashOfName: true };
    expect(metadataHash({ artist: null, title: null }, "song.mp3")).toEqual(expected);
    expect(metadataHash({ artist: " ", title: "" }, "Song.flac")).toEqual(expected);
    const nameless = { hash: "NO_METADATA_HASH", isHashOfName: true };
    expect(metadataHash({ artist: null, title: null }, "")).toEqual(nameless);
  });

  it.each([
    ["empty.mp3", "de386d18781320ec1b49f31aced52ac4"],
    ["unparseable.mp3", "00f2418647f48252efd21c9cd251dd3f"],
    ["whitenoise.flac", "33f9ca40d833fc0ca264f93b27b99cc1"],
    ["full.mp3", "058f4e0bfffb0c371f12c27ed0258e96"],
  ])("of the name %s", (filename, hash) => {
    expect(metadataHash({ artist: null, title: null }, filename).hash).toBe(hash);
  });
});

describe("the hash of the content", () => {
  it.each([
    [0, "0_5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"],
    [65_536, "65536_f51cffb877a93fe4f73dbb29d35a588490996ff8fe13ccd92be031bb862eb9f1"],
    [131_072, "131072_bb29061b2de6052b4bdef6ba811bf40a1f05d2856797a7e221fcf9aae1c2668d"],
    [262_144, "262144_66a16aee0810e546d187ee5eaf46aafb85fdcdca1925330b5f970b5e12b9fefd"],
    [300_000, "300000_9f26824ab5beb69c0501fe04269a5bc54172dea0613d60f70f0c160310b71a7c"],
  ])("of %d bytes", async (length, hash) => {
    const path = await fileOf(pattern(length));
    expect(await contentHash(path)).toBe(hash);
    expect(await contentHash(Buffer.from(path))).toBe(hash);
  });

  it("of text", async () => {
    const hash = "3_7b0393befdc28ff2a7c5e08fa8a38a4c845da5c600476eb01ae7b865fa344f18";
    expect(await contentHash(await fileOf("abc"))).toBe(hash);
  });

  it("is a sample: what lies between is not looked at, the full hash looks at all", async () => {
    const bytes = pattern(300_000);
    const path = await fileOf(bytes);
    const [sampled, full] = [await contentHash(path), await fullHash(path)];
    bytes[100_000] = 255;
    await fileOf(bytes);
    expect(await contentHash(path)).toBe(sampled);
    expect(await fullHash(path)).not.toBe(full);
  });

  it("is none of what cannot be read, so that two such files are not the same", async () => {
    expect(await contentHash(join(folder, "absent"))).toBeNull();
    expect(await contentHash(folder)).toBeNull();
  });

  it("files of 10 GiB and more are sampled like others", async () => {
    const path = await fileOf("a");
    const size = 10 * 2 ** 30 + 1;
    await truncate(path, size);
    const first = await contentHash(path);
    expect(first).toEqual(expect.stringMatching(/^10737418241_[0-9a-f]{64}$/));
    await fileOf("b");
    await truncate(path, size);
    expect(await contentHash(path)).not.toBe(first);
  });
});

it("the full hash is SHA-256 of all bytes", async () => {
  const hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  expect(await fullHash(await fileOf("abc"))).toBe(hash);
});
