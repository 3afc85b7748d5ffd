// Whose a body is: its beginning is looked at, and nothing of it is lost by that.

import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { findFirstDataset } from "../../src/service/body/firstDataset.ts";
import { Body } from "../../src/service/body/openBody.ts";
import { fc } from "../support/property.ts";

function bodyOf(chunks: Iterable<Buffer> | AsyncIterable<Buffer>): Body {
  const raw = Readable.from(chunks, { objectMode: false }) as IncomingMessage;
  return new Body(raw, { encoding: "identity", maxBytes: 2 ** 30, idleMs: 5000, hashes: true });
}

async function textOf(body: Body): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of body.stream) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

describe("the dataset of a body", () => {
  it.each([
    ["of one record without a line end", '{"path":"/A"}', "A"],
    ["of a node below it", '\n\n{"path":"/A/b"}\n{"path":"/B"}\n', "A"],
    [
      "after what cannot be taken",
      '{"path":3}\n{\n\u001f\u008b\n{"file":{"input":"/x","file":"/y"}}\n{"path":"/A"}\n',
      "A",
    ],
    ["of no record", '{\n{"path":"no key"', null],
    ["of nothing", "", null],
  ])("%s is found", async (_what, text, dataset) => {
    const body = bodyOf(text === "" ? [] : [Buffer.from(text)]);
    expect(await findFirstDataset(body)).toBe(dataset);
    expect(await textOf(body)).toBe(text);
  });

  it("is found however the body is cut, and all of it is read afterwards, once", async () => {
    const text = `{"path":\n{"path":"/Ä/€","metadata":{"a":"𝄞"}}\n{"path":"/B"}`;
    const bytes = Buffer.from(text);
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: bytes.length - 1 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(cuts, async (at) => {
        const ends = [...at.toSorted((a, b) => a - b), bytes.length];
        const chunks = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
        const body = bodyOf(chunks);
        expect(await findFirstDataset(body)).toBe("Ä");
        expect(await textOf(body)).toBe(text);
        expect(body.bytes).toBe(bytes.length);
        expect(body.digest()).toEqual(createHash("sha256").update(bytes).digest());
      }),
    );
  });

  it("is found as soon as its record is there, while the rest is still to come", async () => {
    let isLate = false;
    async function* slowly(): AsyncGenerator<Buffer> {
      yield Buffer.from('{"path":"/A"}\n');
      await new Promise((resolve) => setTimeout(resolve, 300));
      isLate = true;
      yield Buffer.from('{"path":"/A/b"}\n');
    }
    const body = bodyOf(slowly());
    expect([await findFirstDataset(body), isLate]).toEqual(["A", false]);
    expect(await textOf(body)).toBe('{"path":"/A"}\n{"path":"/A/b"}\n');
  });

  it.each([
    ["64 MiB", 2 ** 20, " ", 64],
    ["10,000 lines", 1000, "{\n", 20],
  ])("is looked for in %s, and no further", async (_what, size, text, chunks) => {
    let sent = 0;
    function* lines(): Generator<Buffer> {
      for (; sent < 2 * chunks; sent++) yield Buffer.alloc(size, text);
      yield Buffer.from('\n{"path":"/A"}\n');
    }
    const body = bodyOf(lines());
    expect(await findFirstDataset(body)).toBeNull();
    expect(body.bytes / size).toBeGreaterThanOrEqual(chunks);
    expect(body.bytes / size).toBeLessThan(chunks + 10);
    body.stream.destroy();
  });

  it("is not told of a body that breaks", async () => {
    async function* breaking(): AsyncGenerator<Buffer> {
      yield Buffer.from("{");
      throw Object.assign(new Error("aborted"), { code: "ECONNRESET" });
    }
    await expect(findFirstDataset(bodyOf(breaking()))).rejects.toMatchObject({
      code: "UNREADABLE_SOURCE",
      message: expect.stringContaining("The body broke after 1 bytes"),
    });
  });
});
