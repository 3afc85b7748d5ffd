// Whether the type that a description declares is the one that the table has.

import { quoteIdentifier } from "../database/identifiers.ts";
import { factsOfType } from "./codecs/builtinTypes.ts";
import type { TypeFacts } from "./codecs/types.ts";

/**
 * True when a declared type is the live one by any of its names, or what a live domain is made of. A modifier
 * (`varchar(255)`, `vector(384)`) may be left out; one that is given has to be the live one.
 *
 * @example
 * matchesType("varchar", facts); // true for a column that is character varying(255)
 * matchesType("vector(384)", facts); // false for a column that is vector(768)
 */
export function matchesType(declared: string, live: TypeFacts): boolean {
  // As the server writes it, which not everything else here can read: `interval day to second(3)`.
  if (declared === live.label) return true;
  const builtin = factsOfType(declared);
  const hasModifier = declared.includes("(");
  const named = builtin === null ? parseName(declared) : null;
  for (let facts: TypeFacts | undefined = live; facts !== undefined; facts = facts.base) {
    if (builtin !== null ? isBuiltin(builtin, hasModifier, facts) : named !== null && isNamed(named, facts)) {
      return true;
    }
  }
  return false;
}

/** OIDs of built-in types are the same on every server; a type of somebody's own may be called "text" as well. */
function isBuiltin(declared: TypeFacts, hasModifier: boolean, live: TypeFacts): boolean {
  return declared.oid === live.oid && (!hasModifier || declared.modifier === live.modifier);
}

interface TypeName {
  schema: string | null;
  name: string;
  modifier: string | null;
  isArray: boolean;
}

const part = `"(?:[^"]|"")+"|[^\\s"().[\\]]+`;
const typeName = new RegExp(
  `^\\s*(?:(?<schema>${part})\\s*\\.\\s*)?(?<name>${part})\\s*(?:\\((?<modifier>[^)]*)\\))?\\s*(?<array>(?:\\[\\s*\\d*\\s*\\]\\s*)*)$`,
);

function parseName(declared: string): TypeName | null {
  const groups = typeName.exec(declared)?.groups;
  if (groups === undefined) return null;
  const { schema, name = "", modifier, array } = groups;
  return {
    schema: schema === undefined ? null : unquote(schema),
    name: unquote(name),
    modifier: modifier === undefined ? null : modifier.replace(/\s/g, ""),
    isArray: array !== "",
  };
}

/** As the server reads names: lower case unless quoted. */
function unquote(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase();
}

function isNamed(declared: TypeName, live: TypeFacts): boolean {
  if (declared.isArray) {
    const element = live.kind === "array" ? live.element : undefined;
    return element !== undefined && isNamed({ ...declared, isArray: false }, element);
  }
  if (live.name !== declared.name) return false;
  if (declared.schema !== null && !isIn(declared.schema, live)) return false;
  return declared.modifier === null || declared.modifier === modifierText(live.label);
}

function isIn(schema: string, { qualifiedName, name }: TypeFacts): boolean {
  const quotedSchema = schema === "pg_catalog" ? schema : quoteIdentifier(schema);
  return qualifiedName === `${quotedSchema}.${quoteIdentifier(name)}`;
}

/** What stands in parentheses at the end of a label: `384` of `vector(384)`; null where nothing does. */
function modifierText(label: string): string | null {
  return /\(([^()"]*)\)[^"]*$/.exec(label)?.[1]?.replace(/\s/g, "") ?? null;
}
