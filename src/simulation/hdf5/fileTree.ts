// What is in the file: groups and datasets with their attributes, not their values.

import type { Hdf5Reader } from "../../hdf5/index.ts";

export interface FileNode {
  path: string;
  kind: "group" | "dataset";
  /** Of datasets; [] for a single value. */
  shape: readonly number[];
  attributes: Readonly<Record<string, unknown>>;
  /** By name in the file. */
  children: Map<string, FileNode>;
}

/** Null when there is nothing at the path. */
export async function readTree(reader: Hdf5Reader, file: string, root: string): Promise<FileNode | null> {
  const nodes = new Map<string, FileNode>();
  for await (const item of reader.walk(file, { root })) {
    if (item.kind === "problem") continue;
    const attributes = Object.entries(item.attributes).map(
      ([name, text]) => [name, JSON.parse(text) as unknown] as const,
    );
    const node: FileNode = {
      path: item.path,
      kind: item.kind,
      shape: item.kind === "dataset" ? (item.shape ?? []) : [],
      attributes: Object.fromEntries(attributes),
      children: new Map(),
    };
    nodes.set(item.path, node);
    const slash = item.path.lastIndexOf("/");
    nodes.get(item.path.slice(0, slash))?.children.set(item.path.slice(slash + 1), node);
  }
  return nodes.get(root) ?? null;
}

/** Children that stand for something of the simulation, by its name, in their order. */
export function namedChildren(node: FileNode): [string, FileNode][] {
  const named = [...node.children.values()].flatMap((child): [string, FileNode][] => {
    const { name } = child.attributes;
    return typeof name === "string" ? [[name, child]] : [];
  });
  const position = ([, { attributes }]: [string, FileNode]): number => Number(attributes.position ?? 0);
  return named.sort((a, b) => position(a) - position(b));
}
