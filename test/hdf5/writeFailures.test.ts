// Places that take no more bytes: HDF5 itself goes on as if it had written them.

import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import { openHdf5Writer } from "../../src/hdf5/index.ts";
import { useFolder } from "../support/files.ts";

const folder = useFolder();
const unreadable = { code: "UNREADABLE_SOURCE" };

// The device is Linux's; where there is none, that file cannot be made.
it("a full disk is an error at the end, or before", async () => {
  const writer = await openHdf5Writer("/dev/full");
  const write = (): void => {
    writer.group("/a", { name: "a" });
    writer.dataset("/a/x", { data: Float64Array.from({ length: 100_000 }, Math.sqrt) });
    writer.close();
  };
  expect(write).toThrow(expect.objectContaining(unreadable));
  // A file that comes after it is as good as ever.
  const next = await openHdf5Writer(folder.path("next.h5"));
  next.dataset("/x", { data: Int32Array.of(1, 2) });
  next.close();
  expect(existsSync(folder.path("next.h5"))).toBe(true);
});

it("a file that cannot be made is an error at once", async () => {
  await expect(openHdf5Writer(folder.path("missing/a.h5"))).rejects.toMatchObject(unreadable);
});
