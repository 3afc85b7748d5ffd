// copycat's library store: single functions, one by one, or the batch functions.

import { openDatabase } from "../../src/database/index.ts";
import { openLibrary } from "../../src/library/index.ts";
import type { Way } from "./ways.ts";

export async function openOurs(dsn: string, schema: string, kind: "sequential" | "batch"): Promise<Way> {
  const database = await openDatabase({ dsn });
  const library = await openLibrary(database, { schema, root: "/music" });
  const isBatch = kind === "batch";
  return {
    insert: async (files) => {
      if (!isBatch) for (const file of files) await library.addFile(file);
      else expectNone((await library.batchInsertFiles(files)).failures);
    },
    prepareUpdate: async (files) => {
      const stored = await library.batchGetFilesByPaths(files.map(({ path }) => path));
      const changed = files.map((file) => ({ ...file, id: stored.get(file.path)?.id ?? null }));
      return async () => {
        if (!isBatch) for (const file of changed) await library.updateFile(file);
        else expectNone((await library.batchUpdateFiles(changed)).failures);
      };
    },
    findByPath: async (paths) => {
      let found = 0;
      if (isBatch) {
        for (const file of (await library.batchGetFilesByPaths(paths)).values())
          if (file !== null) found += 1;
      } else {
        for (const path of paths) if ((await library.findFileByPath(path)) !== null) found += 1;
      }
      return found;
    },
    findByHash: async (hashes) => {
      let found = 0;
      if (isBatch) {
        for (const files of (await library.batchGetFilesByHashes(hashes, "metadata")).values()) {
          found += files.length;
        }
      } else {
        for (const hash of hashes) found += (await library.listFilesByMetadataHash(hash)).length;
      }
      return found;
    },
    titles: async () => {
      const titles: string[] = [];
      for await (const { title } of library.listFiles({ activeOnly: false })) titles.push(title ?? "");
      return titles;
    },
    close: () => database.close(),
  };
}

function expectNone(failures: readonly { path: string; code: string; message: string }[]): void {
  const [first] = failures;
  if (first !== undefined) throw new Error(`${first.path} did not go in: ${first.code}, ${first.message}`);
}
