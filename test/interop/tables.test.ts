// Tables of entities and artifacts as pyarrow and pandas write them.

import { beforeAll, expect, it } from "vitest";
import { verifyFiles } from "../../src/ingest/index.ts";
import { writeSpectra } from "../ingest/manifest.support.ts";
import { nodesBelow, pour } from "../ingest/support.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";
import { runPython } from "./support/programs.ts";
import { withEachTiled } from "./support/releases.ts";

withEachTiled((tiled) => {
  const database = useDatabase();
  const folder = useFolder();

  beforeAll(async () => {
    await writeSpectra(folder, "data/one.h5");
    await runPython(tiled, "make_tables.py", { folder: folder.root });
  });

  it.each(["none", "snappy", "zstd", "gzip", "brotli", "large_string", "v2", "csv", "unordered"])(
    "%s",
    async (name) => {
      const { rejects } = await pour(database, folder, folder.path(`${name}.yaml`));
      expect(rejects).toEqual([]);
      const nodes = await nodesBelow(database, `/${name}`);
      expect([...nodes.keys()]).toHaveLength(1 + 300 + 600);
      const entity = nodes.get(`/${name}/E7`);
      expect(entity?.text).toContain('"big": 9007199254741000');
      // An odd one: beyond 2^53 a float would not hold it.
      expect(nodes.get(`/${name}/E8`)?.text).toContain('"big": 9007199254741001');
      expect(entity?.text).toContain('"J": 7.0');
      expect(entity?.metadata).toMatchObject({
        uid: "00000007-uid",
        flag: false,
        group: "odd",
        path_s: "one.h5",
        index_s: 7,
        dataset_c: "/curve/M",
      });
      if (name !== "csv") {
        expect(entity?.metadata).toMatchObject({ tags: ["a", "b"], made: "2026-01-15T10:00:07.000001" });
      }
      expect(nodes.get(`/${name}/E7/s`)).toMatchObject({
        parameters: { dataset: "/spectra", slice: "7" },
        structure: { shape: [2, 3] },
      });
      expect(nodes.get(`/${name}/E7/c`)).toMatchObject({ parameters: { dataset: "/curve/M" } });
      expect(await verifyFiles(database.database)).toMatchObject({ ok: true });
    },
  );
});
