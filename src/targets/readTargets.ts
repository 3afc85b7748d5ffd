// The targets file: which datasets lie on which server.

import { resolve } from "node:path";
import { readEnv } from "../config.ts";
import { describeDsn as withoutPassword, withPasswordFile } from "../database/index.ts";
import { CopycatError } from "../errors.ts";
import { readKeys, readYaml } from "../manifest/index.ts";
import type { Target, Targets } from "./types.ts";

const kind = { what: "a targets file", keys: "targets" };

type Mapping = ReturnType<typeof readKeys>;

/**
 * Reads a targets file.
 *
 * @throws CopycatError INVALID_INPUT with every mistake in `details`, each with its line; UNREADABLE_SOURCE
 *
 * @example
 * // targets:
 * //   - name: east
 * //     dsn: postgres://loader@east.example/catalog     # or $NAME, a variable of the environment
 * //     datasets: [VDP, "EDRIXS_*"]
 * //   - name: west
 * //     dsn: $WEST_DSN
 * //     default: true
 * const targets = await readTargets("targets.yaml");
 */
export async function readTargets(path: string): Promise<Targets> {
  const read = readYaml(path, kind, (tree, mistakes) => {
    const reader = readKeys(tree, mistakes);
    reader.onlyKeys(["targets"]);
    const entries = reader.mappings("targets", "targets with name and dsn", true);
    const list = entries.map(describeTarget);
    refuseRepeated(entries, list);
    return mistakes.count > 0 ? null : { path: resolve(path), list: list.filter((one) => one !== null) };
  });
  return read.catch((error: unknown) => {
    throw withoutPasswords(error);
  });
}

/** A mistake shows what was found, which may be a connection string where none is expected. */
function withoutPasswords(error: unknown): unknown {
  if (!(error instanceof CopycatError) || error.details.length === 0) return error;
  const details = error.details.map((detail) => detail.replaceAll(/[\w+.-]+:\/\/[^"]*/gu, withoutPassword));
  return new CopycatError(error.code, error.wording, { cause: error.cause, details });
}

function describeTarget(reader: Mapping): Target | null {
  reader.onlyKeys(["name", "dsn", "datasets", "default"]);
  const name = describeName(reader);
  const dsn = describeDsn(reader);
  const datasets = describeDatasets(reader);
  const isDefault = describeDefault(reader);
  if (name === null || dsn === null) return null;
  // An empty list is one that its last dataset was moved from: what lies there is served on.
  if (!isDefault && reader.find("datasets") === null) {
    reader.fail("datasets", "expected the datasets that go here, or default: true, got neither");
  }
  return { name, dsn, datasets, isDefault };
}

function describeName(reader: Mapping): string | null {
  const expected = "a name of letters, digits, - and _";
  const name = reader.text("name", expected, true);
  // It becomes a segment of paths and of URLs.
  return name === null || /^[\w-]{1,63}$/.test(name) ? name : reader.mismatch("name", expected);
}

function describeDsn(reader: Mapping): string | null {
  const expected = "a connection string, postgres://user@host/database, or $NAME of a variable that holds it";
  const text = reader.text("dsn", expected, true);
  if (text === null) return null;
  const variable = /^\$(\w+)$/.exec(text)?.[1];
  const dsn = variable === undefined ? text : readEnv(variable);
  if (dsn === undefined) return reader.fail("dsn", `expected the variable ${variable} to be set, got none`);
  // Not shown: it may hold a password.
  return /^postgres(ql)?:\/\//.test(dsn)
    ? withPasswordFile(dsn)
    : reader.fail("dsn", `expected ${expected}, got something else`);
}

function describeDatasets(reader: Mapping): string[] {
  const list = reader.list("datasets", "a list of keys of datasets, or patterns with * and ?");
  return (list?.items ?? []).flatMap((item, index) => {
    if (item.kind === "scalar" && typeof item.value === "string" && item.value !== "") {
      if (!item.value.includes("/")) return item.value;
      // Nothing would ever go here by it: all below a dataset lies where that does.
      reader.fail(
        "datasets",
        `expected the first key of a path at place ${index + 1}, got ${JSON.stringify(item.value)}: leave the slash out`,
      );
      return [];
    }
    reader.fail(
      "datasets",
      `expected a key of a dataset at place ${index + 1}, got something else (put it in quotes)`,
    );
    return [];
  });
}

function describeDefault(reader: Mapping): boolean {
  const value = reader.find("default");
  if (value === null) return false;
  if (value.kind === "scalar" && typeof value.value === "boolean") return value.value;
  reader.mismatch("default", "true or false");
  return false;
}

function refuseRepeated(readers: readonly Mapping[], list: readonly (Target | null)[]): void {
  const names = new Set<string>();
  const owners = new Map<string, string>();
  let standard: string | undefined;
  for (const [index, target] of list.entries()) {
    const reader = readers[index];
    if (target === null || reader === undefined) continue;
    if (names.has(target.name)) reader.fail("name", `expected each name once, got ${target.name} again`);
    names.add(target.name);
    for (const dataset of target.datasets) {
      const owner = owners.get(dataset);
      if (owner !== undefined)
        reader.fail("datasets", `expected ${dataset} at one target, got it at ${owner} as well`);
      owners.set(dataset, target.name);
    }
    if (target.isDefault && standard !== undefined) {
      reader.fail("default", `expected one default, got ${standard} and ${target.name}`);
    }
    if (target.isDefault) standard = target.name;
  }
}
