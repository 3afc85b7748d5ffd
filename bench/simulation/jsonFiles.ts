// One JSON file an update, as the note's programs write them.

import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { attributes, dataset, Fold, group } from "./updates.ts";
import type { Way } from "./ways.ts";

type Content = Record<string, Record<string, Record<string, (number | null)[]>>>;

export function openJson(folder: string): Way {
  mkdirSync(folder, { recursive: true });
  const list = (): [number, string][] =>
    readdirSync(folder)
      .map((name): [number, string] => [Number(/^t(\d+)_/.exec(name)?.[1]), join(folder, name)])
      .sort((a, b) => a[0] - b[0]);
  const read = (path: string) => (JSON.parse(readFileSync(path, "utf8")) as Content)[dataset]?.[group] ?? {};
  return {
    write: async (updates) => {
      for (const { timestamp, iteration, data } of updates()) {
        const arrays = [...(data.get(group) ?? [])].map(([name, array]) => [
          name,
          Array.from(array.data as Float64Array),
        ]);
        const content = { [dataset]: { [group]: Object.fromEntries(arrays) } };
        writeFileSync(join(folder, `t${timestamp}_${iteration}_${dataset}.json`), JSON.stringify(content));
      }
    },
    bytes: async () => list().reduce((sum, [, path]) => sum + statSync(path).blocks * 512, 0),
    state: async (timestamp) => {
      const fold = new Fold();
      for (const [at, path] of list()) {
        if (at > timestamp) break;
        const { id = [], ...arrays } = read(path);
        fold.apply(id as number[], Object.entries(arrays));
      }
      return attributes.map((name) => fold.columns.get(name) ?? []);
    },
    sumOverTime: async (attribute) => {
      let sum = 0;
      for (const [, path] of list()) for (const value of read(path)[attribute] ?? []) sum += value ?? 0;
      return sum;
    },
    close: async () => undefined,
  };
}
