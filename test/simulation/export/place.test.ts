// Where exports go that cannot go there: nothing is replaced that is no export, and nothing half written stays behind.

import { existsSync, readdirSync, readFileSync, readlinkSync, symlinkSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { exportSimulation } from "../../../src/simulation/export/exportSimulation.ts";
import { useFolder } from "../../support/files.ts";
import { memorySource, update } from "./support/memorySource.ts";

const folder = useFolder();
const formats = ["json", "parquet", "arrows", "hdf5"] as const;
const source = memorySource({ updates: [update([0, 0, "a"], { g: { id: [1], x: [1.5] } })] });

describe.each(formats)("%s", (format) => {
  it("below a file is refused", async () => {
    const file = folder.text(`below/${format}`, "mine");
    const options = { format, path: `${file}/out` };
    await expect(exportSimulation(source, options)).rejects.toMatchObject({ code: "UNREADABLE_SOURCE" });
    expect(readFileSync(file, "utf8")).toBe("mine");
  });

  it("in a folder where nothing can be made is refused", async () => {
    // The kernel's: nobody can, not even root.
    const options = { format, path: "/proc/copycat_export" };
    await expect(exportSimulation(source, options)).rejects.toMatchObject({ code: "UNREADABLE_SOURCE" });
  });

  it("never takes the place of a link, be it forced", async () => {
    folder.folder(`links/${format}`);
    const path = folder.path(`links/${format}/out`);
    symlinkSync("/dev/null", path);
    const options = { format, path, force: true };
    await expect(exportSimulation(source, options)).rejects.toMatchObject({ code: "CONFLICT" });
    expect(readlinkSync(path)).toBe("/dev/null");
  });

  it("keeps what was there when the new one comes to nothing", async () => {
    const path = folder.path(`kept/${format}/out`);
    await exportSimulation(source, { format, path });
    const broken = {
      ...source,
      async *readUpdates() {
        yield update([0, 0, "a"], { g: { id: [1], x: [1] } });
        throw new Error("the source broke");
      },
    };
    await expect(exportSimulation(broken, { format, path, force: true })).rejects.toMatchObject({
      name: "Error",
    });
    expect(readdirSync(folder.path(`kept/${format}`))).toEqual(["out"]);
    if (format === "json") expect(existsSync(`${path}/updates/t0_0_a.json`)).toBe(true);
  });

  it("of a window that ends before it begins is refused", async () => {
    const options = { format, path: folder.path(`window_${format}`), from: 5, to: 1 };
    await expect(exportSimulation(source, options)).rejects.toMatchObject({ code: "USAGE" });
  });
});

it("files that are still being written when another one is refused do not outlive their folder", async () => {
  const values = Array.from({ length: 200_000 }, (_, index) => index);
  const large = Array.from({ length: 7 }, (_, time) =>
    update([time, 0, "a"], { g: { id: values, x: values } }),
  );
  const infinite = update([7, 0, "a"], { g: { id: [1], x: [Number.NEGATIVE_INFINITY] } });
  const options = { format: "json", path: folder.path("late/out") } as const;
  await expect(
    exportSimulation(memorySource({ updates: [...large, infinite] }), options),
  ).rejects.toMatchObject({ code: "INVALID_INPUT" });
  expect(readdirSync(folder.path("late"))).toEqual([]);
});

it("JSON keeps the sign of zero", async () => {
  const signed = memorySource({ updates: [update([0, 0, "a"], { g: { id: [1, 2], x: [-0, 0.5] } })] });
  await exportSimulation(signed, { format: "json", path: folder.path("zero") });
  const text = readFileSync(folder.path("zero/updates/t0_0_a.json"), "utf8");
  expect(JSON.parse(text)).toEqual({ a: { g: { id: [1, 2], x: [-0, 0.5] } } });
});
