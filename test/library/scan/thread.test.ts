// A thread that dies takes one file along, and no other.

import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { openReaders, readFile } from "../../../src/library/scan/index.ts";
import { ReadThread } from "../../../src/library/scan/thread.ts";
import { useFolder } from "../../support/files.ts";
import { mp3 } from "../support/audio.ts";

const folder = useFolder();
const request = (name: string) => ({
  path: Buffer.from(folder.text(name, mp3({ title: name }))),
  as: name,
  kind: "audio" as const,
  wantsFullHash: false,
});

it("gives up a file that takes too long; those behind it are for the next thread", async () => {
  const thread = new ReadThread(1);
  const results = await Promise.all([thread.read(request("a.mp3")), thread.read(request("b.mp3"))]);
  expect(results).toEqual([
    { code: "reader_stopped", message: expect.stringContaining("longer than 0.001 s") },
    "lost",
  ]);
  expect(thread.alive).toBe(false);
  expect(await thread.read(request("c.mp3"))).toBe("lost");
});

it("does not wait for a pipe that nobody writes to", async () => {
  const pipe = folder.path("pipe.mp3");
  execFileSync("mkfifo", [pipe]);
  expect(await readFile(Buffer.from(pipe))).toMatchObject({ code: "unreadable_file" });
});

it("ends what is asked of readers that are closed", async () => {
  const readers = openReaders({ workers: 1 });
  const { path } = request("d.mp3");
  const asked = Array.from({ length: 20 }, () => readers.read(path).catch(({ code }) => code));
  readers.close();
  expect(await Promise.all(asked)).toEqual(Array.from({ length: 20 }, () => "CANCELLED"));
});
