// Rows of pg_type as `TypeFacts`: arrays with their elements, domains with their bases.

import { quoteIdentifier } from "../database/identifiers.ts";
import type { TypeFacts } from "./codecs/types.ts";

/** A row of pg_type, as `inspectTableSql` gives it. */
export interface RawType {
  oid: number;
  schema: string;
  name: string;
  /** `typtype` */
  type: string;
  /** Of types that take array literals. */
  element: number | null;
  delimiter: string;
  base: number | null;
  base_modifier: number;
  base_label: string | null;
  not_null: boolean;
  default: string | null;
  labels: string[] | null;
}

export interface TypeReader {
  /** The type with a column's modifier, labelled as the column is. */
  facts(oid: number, modifier: number, label: string): TypeFacts;
  /** Whether a domain, or one that it is made of, refuses NULL. */
  isNotNull(oid: number): boolean;
  /** The type's own default as SQL. A domain has inherited its base's when it was made. */
  defaultSql(oid: number): string | null;
}

/** @throws RangeError for a type that was not read; `inspectTableSql` reads all that columns need. */
export function makeTypeReader(types: readonly RawType[]): TypeReader {
  const byOid = new Map(types.map((type) => [type.oid, type]));
  const get = (oid: number): RawType => {
    const type = byOid.get(oid);
    if (type === undefined) throw new RangeError(`The type ${oid} was not read.`);
    return type;
  };
  const facts: TypeReader["facts"] = (oid, modifier, label) => {
    const raw = get(oid);
    return {
      label,
      qualifiedName: qualify(raw),
      name: raw.name,
      oid,
      modifier,
      ...readKind(raw, modifier, label),
    };
  };
  const readKind = (raw: RawType, modifier: number, label: string): Parts => {
    if (raw.base !== null) {
      return { kind: "domain", base: facts(raw.base, raw.base_modifier, raw.base_label ?? "") };
    }
    if (raw.type === "e") return { kind: "enum", enumLabels: raw.labels ?? [] };
    if (raw.type !== "b") return { kind: "other" };
    if (raw.element === null) return { kind: "base" };
    // Arrays of `box` are written with semicolons, which nobody expects.
    if (raw.delimiter !== ",") return { kind: "other" };
    // The modifier of an array column is that of its elements: `varchar(5)[]`.
    return { kind: "array", element: facts(raw.element, modifier, label.replace(/\[\]$/, "")) };
  };
  const isNotNull = (oid: number): boolean => {
    const { base, not_null } = get(oid);
    return base !== null && (not_null || isNotNull(base));
  };
  return { facts, isNotNull, defaultSql: (oid) => get(oid).default };
}

/** `pg_catalog."text"`, the way the built-in types are written where no server was asked. */
function qualify({ schema, name }: RawType): string {
  return schema === "pg_catalog" ? `${schema}.${quoteIdentifier(name)}` : quoteIdentifier(schema, name);
}

type Parts = Pick<TypeFacts, "kind" | "base" | "element" | "enumLabels">;
