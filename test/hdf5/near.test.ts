// Small arrays are read without a thread, and are the same as those that a thread reads.

import { copyFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CopycatError } from "../../src/errors.ts";
import { type ArrayData, type ArrayPart, openHdf5Reader, writeHdf5 } from "../../src/hdf5/index.ts";
import { temporaryFolder } from "./temporary.ts";

const at = temporaryFolder();
const fixtures = new URL("./fixtures/", import.meta.url);
const fixture = (name: string) => new URL(name, fixtures).pathname;

const small = at("small.h5");
const large = Float64Array.from({ length: 3_000_000 }, (_, index) => index);

beforeAll(async () => {
  await writeHdf5(small, {
    children: {
      d: { data: Float64Array.of(1, 2, 3) },
      zipped: { data: Float64Array.of(4, 5, 6), gzip: 1 },
      text: { data: ["a", "bc"] },
    },
  });
  await writeHdf5(at("large.h5"), { children: { d: { data: large } } });
  for (let index = 0; index < 200; index++)
    await writeHdf5(at(`f${index}.h5`), { children: { d: { data: Float64Array.of(index) } } });
});

/** Threads have ascending numbers. */
async function nextThreadId(): Promise<number> {
  const worker = new Worker("", { eval: true });
  const { threadId } = worker;
  await worker.terminate();
  return threadId;
}

async function startsThreads(work: () => Promise<void>): Promise<boolean> {
  const before = await nextThreadId();
  await work();
  return (await nextThreadId()) > before + 1;
}

const numbers = (data: ArrayData | CopycatError | undefined): number[] => {
  if (data === undefined || data instanceof CopycatError) throw data;
  return [...new Float64Array(data.bytes.slice().buffer)];
};

describe("without a thread", () => {
  it.each(["d", "zipped", "text"])("a small array is read: %s", async (dataset) => {
    const reader = openHdf5Reader({ workers: 1 });
    const isThreaded = await startsThreads(async () => {
      expect((await reader.read(small, dataset)).bytes.length).toBeGreaterThan(0);
    });
    expect(isThreaded).toBe(false);
    await reader.close();
  });

  it("a file is refused that is not there, or a view that does not fit", async () => {
    const reader = openHdf5Reader({ workers: 1 });
    const isThreaded = await startsThreads(async () => {
      await expect(reader.read(at("gone.h5"), "d")).rejects.toMatchObject({
        code: "UNREADABLE_SOURCE",
        message: `${at("gone.h5")}: there is no such file`,
      });
      const part = { file: small, dataset: "d", view: { part: [3] } };
      expect((await reader.readParts([part]))[0]).toMatchObject({ code: "USAGE" });
    });
    expect(isThreaded).toBe(false);
    await reader.close();
  });

  it("a part of a large array is read, and one of many files", async () => {
    const reader = openHdf5Reader({ workers: 1, blockMs: 1000 });
    const isThreaded = await startsThreads(async () => {
      const part = { file: at("large.h5"), dataset: "d", view: { part: [2_999_999] } };
      const files = Array.from({ length: 200 }, (_, index) => ({ file: at(`f${index}.h5`), dataset: "d" }));
      const [last, ...others] = await reader.readParts([part, ...files]);
      expect(numbers(last)).toEqual([2_999_999]);
      expect(others.map((data) => numbers(data)[0])).toEqual(files.map((_, index) => index));
    });
    expect(isThreaded).toBe(false);
    await reader.close();
  });
});

describe("by a thread", () => {
  it("a large array is read, what only the library can, and everything when nothing may block", async () => {
    for (const [blockMs, part] of [
      [4, { file: at("large.h5"), dataset: "d" }],
      [4, { file: fixture("strings.h5"), dataset: "/vlen" }],
      [0, { file: small, dataset: "d" }],
    ] as const) {
      const reader = openHdf5Reader({ workers: 1, blockMs });
      const isThreaded = await startsThreads(async () => {
        expect((await reader.readParts([part]))[0]).not.toBeInstanceOf(CopycatError);
      });
      expect({ part, isThreaded }).toEqual({ part, isThreaded: true });
      await reader.close();
    }
  });
});

describe("many arrays", () => {
  const parts = (count: number): ArrayPart[] =>
    Array.from({ length: count }, (_, index) => ({ file: at(`f${index % 200}.h5`), dataset: "d" }));

  it("are read while the first thread starts, in their order, and the event loop has its turns", async () => {
    // A budget that is used up at once: each array has a turn of its own until a thread has started.
    const reader = openHdf5Reader({ workers: 1, blockMs: 0.001 });
    let turns = 0;
    const count = setInterval(() => {
      turns += 1;
    }, 1);
    const read = await Promise.all([reader.readParts(parts(600)), reader.readParts(parts(300))]);
    clearInterval(count);
    expect(read.map((all) => all.map((data) => numbers(data)[0]))).toEqual(
      [600, 300].map((length) => Array.from({ length }, (_, index) => index % 200)),
    );
    expect(turns).toBeGreaterThan(3);
    await reader.close();
  });

  it("end when the reader is closed meanwhile", async () => {
    const reader = openHdf5Reader({ workers: 1, blockMs: 0.001 });
    const reading = reader.readParts(parts(100));
    const closed = reader.close();
    await expect(reading).rejects.toMatchObject({ code: "CANCELLED" });
    await closed;
  });
});

describe("the same values and errors as by a thread", () => {
  const near = openHdf5Reader({ workers: 1, blockMs: Number.POSITIVE_INFINITY });
  const far = openHdf5Reader({ workers: 1, blockMs: 0 });
  afterAll(() => Promise.all([near.close(), far.close()]));

  /** Bytes as hexadecimal, which a failure shows. */
  const comparable = (answer: ArrayData | CopycatError): object =>
    answer instanceof CopycatError
      ? { code: answer.code, message: answer.message }
      : { ...answer, bytes: Buffer.from(answer.bytes).toString("hex") };

  async function expectSame(parts: readonly ArrayPart[]): Promise<void> {
    const [here, there] = await Promise.all([near.readParts(parts), far.readParts(parts)]);
    for (const [index, part] of parts.entries()) {
      const [mine, other] = [here[index], there[index]].map((answer) => answer && comparable(answer));
      expect({ part, ...mine }).toEqual({ part, ...other });
    }
  }

  it.each(readdirSync(fixtures).filter((name) => name.endsWith(".h5")))("of %s", async (name) => {
    const file = fixture(name);
    const paths = ["/", "/nothing/here", ""];
    try {
      for await (const item of far.walk(file)) if (item.kind !== "group") paths.push(item.path);
    } catch (error) {
      expect(error).toBeInstanceOf(CopycatError);
    }
    const views = [
      {},
      { part: [{ start: 1, stop: null, step: 2 }] },
      { part: [0] },
      { part: [0, 0, 0, 0, 0, 0] },
      { part: [-1, "..." as const] },
      { shape: [2, 3] },
      { slice: [0] },
      { squeeze: true },
    ];
    await expectSame(paths.flatMap((dataset) => views.map((view) => ({ file, dataset, view }))));
  });

  it("of what is no file to read", async () => {
    writeFileSync(at("text.h5"), "text");
    writeFileSync(at("nothing.h5"), "");
    const files = [at("gone.h5"), at(""), "/dev/null", at("text.h5"), at("nothing.h5"), small];
    await expectSame(files.map((file) => ({ file, dataset: "d" })));
  });

  it("of a file that another one replaces, that goes and comes again", async () => {
    const file = at("changing.h5");
    const parts = [{ file, dataset: "d" }];
    copyFileSync(at("f1.h5"), file);
    await expectSame(parts);
    copyFileSync(at("f2.h5"), at("next.h5"));
    renameSync(at("next.h5"), file);
    expect(numbers((await near.readParts(parts))[0])).toEqual([2]);
    await expectSame(parts);
    rmSync(file);
    await expectSame(parts);
    copyFileSync(fixture("strings.h5"), file);
    await expectSame([...parts, { file, dataset: "/vlen" }]);
  });
});
