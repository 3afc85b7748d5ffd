// The file of rejects on its own; ingest and memory test what they write to it.

import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { isRejectLine, type RejectLine, RejectsFile } from "../../src/files/index.ts";
import { asJsonText } from "../../src/json.ts";
import { useFolder } from "../support/files.ts";

const folder = useFolder();

const reject = (position: string): RejectLine => ({
  source: "a.jsonl",
  position,
  code: "wrong_type",
  message: "It is wrong.",
  record: asJsonText('{"x":1.0}'),
});
const line = (position: string): string =>
  `{"source":"a.jsonl","position":"${position}","code":"wrong_type","message":"It is wrong.","record":{"x":1.0}}\n`;

describe("a file of rejects", () => {
  it("is made when the first one comes, and is complete when it is closed", async () => {
    const path = folder.path("deep/folder/rejects.ndjson");
    const file = new RejectsFile(path, Number.POSITIVE_INFINITY);
    expect(await file.close()).toBeNull();
    expect(existsSync(path)).toBe(false);
    const second = new RejectsFile(path, Number.POSITIVE_INFINITY);
    await second.add(reject("line 1"));
    await second.add(reject("line 2"));
    expect(await second.close()).toBe(path);
    expect(readFileSync(path, "utf8")).toBe(line("line 1") + line("line 2"));
  });

  it("begins anew when its job does, whatever had been written", async () => {
    for (const count of [1, 2000]) {
      const path = folder.path(`restart-${count}.ndjson`);
      const file = new RejectsFile(path, 3000);
      for (let i = 0; i < count; i++) await file.add(reject(`line ${i}`));
      file.restart();
      expect(file.count).toBe(0);
      await file.add(reject("again"));
      expect(await file.close()).toBe(path);
      expect(readFileSync(path, "utf8")).toBe(line("again"));
    }
  });

  it("is gone when a second try has no rejects", async () => {
    const path = folder.path("gone.ndjson");
    const file = new RejectsFile(path, 3000);
    for (let i = 0; i < 2000; i++) await file.add(reject(`line ${i}`));
    expect(existsSync(path)).toBe(true);
    file.restart();
    expect(await file.close()).toBeNull();
    expect(existsSync(path)).toBe(false);
  });

  it("that is continued keeps what it held, whatever a second try drops", async () => {
    const path = folder.path("continued.ndjson");
    const first = new RejectsFile(path, 3000);
    await first.add(reject("first"));
    await first.close();
    const second = new RejectsFile(path, 3000, { append: true });
    for (let i = 0; i < 2000; i++) await second.add(reject(`line ${i}`));
    second.restart();
    await second.add(reject("second"));
    expect(await second.close()).toBe(path);
    expect(readFileSync(path, "utf8")).toBe(line("first") + line("second"));
  });

  it("ends the job at the one that is too many, which it holds as well", async () => {
    const path = folder.path("many.ndjson");
    const file = new RejectsFile(path, 1);
    await file.add(reject("line 1"));
    await expect(file.add(reject("line 2"))).rejects.toMatchObject({
      code: "TOO_MANY_REJECTS",
      message: expect.stringContaining("the last one for: It is wrong. Nothing was changed."),
    });
    await file.close();
    expect(readFileSync(path, "utf8").split("\n")).toHaveLength(3);
  });
});

it("a line of it is known by its fields", () => {
  expect(isRejectLine({ source: "a", record: {} })).toBe(true);
  expect(isRejectLine({ record: null })).toBe(true);
  expect(isRejectLine({ source: "a" })).toBe(false);
  expect(isRejectLine({ record: {}, value: "v" })).toBe(false);
});
