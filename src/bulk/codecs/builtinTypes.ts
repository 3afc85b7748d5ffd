// Built-in types by the names that SQL has for them. OIDs are fixed: src/include/catalog/pg_type.dat.

import type { TypeFacts } from "./types.ts";

/** `pg_type.typname`: OID, OID of the array, and how `format_type` writes it where that differs. */
const builtins: Readonly<Record<string, readonly [oid: number, arrayOid: number, label?: string]>> = {
  bool: [16, 1000, "boolean"],
  bytea: [17, 1001],
  char: [18, 1002, '"char"'],
  name: [19, 1003],
  int8: [20, 1016, "bigint"],
  int2: [21, 1005, "smallint"],
  int4: [23, 1007, "integer"],
  text: [25, 1009],
  oid: [26, 1028],
  json: [114, 199],
  xml: [142, 143],
  point: [600, 1017],
  cidr: [650, 651],
  float4: [700, 1021, "real"],
  float8: [701, 1022, "double precision"],
  macaddr8: [774, 775],
  money: [790, 791],
  macaddr: [829, 1040],
  inet: [869, 1041],
  bpchar: [1042, 1014],
  varchar: [1043, 1015, "character varying"],
  date: [1082, 1182],
  time: [1083, 1183, "time without time zone"],
  timestamp: [1114, 1115, "timestamp without time zone"],
  timestamptz: [1184, 1185, "timestamp with time zone"],
  interval: [1186, 1187],
  timetz: [1266, 1270, "time with time zone"],
  bit: [1560, 1561],
  varbit: [1562, 1563, "bit varying"],
  numeric: [1700, 1231],
  uuid: [2950, 2951],
  tsvector: [3614, 3643],
  jsonb: [3802, 3807],
};

/** SQL's own names; `(n)` is taken off before. */
const aliases: Readonly<Record<string, string>> = {
  boolean: "bool",
  smallint: "int2",
  int: "int4",
  integer: "int4",
  bigint: "int8",
  real: "float4",
  float: "float8",
  "double precision": "float8",
  decimal: "numeric",
  dec: "numeric",
  "character varying": "varchar",
  "char varying": "varchar",
  "national character varying": "varchar",
  "national char varying": "varchar",
  "nchar varying": "varchar",
  "bit varying": "varbit",
  "timestamp without time zone": "timestamp",
  "timestamp with time zone": "timestamptz",
  "time without time zone": "time",
  "time with time zone": "timetz",
};

/** These mean one character where nothing else is said; the type's own name, bpchar, means any number. */
const characters: ReadonlySet<string> = new Set([
  "character",
  "char",
  "nchar",
  "national character",
  "national char",
]);

const modified = /^([^()]+?)\s*\(\s*(\d+)\s*(?:,\s*(-?\d+)\s*)?\)\s*([^()]*)$/;
const arraySuffix = /(?:\s*\[\s*\d*\s*\])+$|\s+array(?:\s*\[\s*\d+\s*\])?$/;
const quoted = /^"([^"]+)"$/;

/**
 * What is known of a type without asking a server: built-in ones and arrays of them, by any name that SQL has for
 * them. Null for all others: enums, domains, composites, types of extensions.
 *
 * @param type `integer`, `character varying(255)`, `timestamp(3) with time zone`, `text[]`, `pg_catalog.int4`
 */
export function factsOfType(type: string): TypeFacts | null {
  const text = type.trim().replace(/\s+/g, " ");
  const lower = text.toLowerCase();
  const suffix = arraySuffix.exec(lower);
  const elementText = suffix === null ? text : text.slice(0, suffix.index);
  const element = scalarFacts(elementText.replace(/^pg_catalog\.|^"pg_catalog"\./i, ""));
  if (element !== null || suffix !== null) return element && suffix !== null ? arrayFacts(element) : element;
  // The name of an array type itself: _int4.
  const underscored = /^(?:pg_catalog\.)?"?_(\w+)"?$/.exec(lower)?.[1];
  const base = underscored === undefined ? null : factsOf(underscored, -1);
  return base && arrayFacts(base);
}

function arrayFacts(element: TypeFacts): TypeFacts {
  return {
    label: `${element.label}[]`,
    qualifiedName: `pg_catalog."_${element.name}"`,
    name: `_${element.name}`,
    oid: builtins[element.name]?.[1] ?? 0,
    kind: "array",
    // An array has its elements' modifier.
    modifier: element.modifier,
    element,
  };
}

function scalarFacts(text: string): TypeFacts | null {
  const own = quoted.exec(text)?.[1];
  if (own !== undefined) return factsOf(own, -1);
  const match = modified.exec(text.toLowerCase());
  if (match === null) return plainFacts(text.toLowerCase());
  const [, head = "", first = "", second, tail = ""] = match;
  const sqlName = tail === "" ? head : `${head} ${tail}`;
  const size = Number(first);
  if (sqlName === "float") return floatFacts(size, second);
  const name = characters.has(sqlName) ? "bpchar" : (aliases[sqlName] ?? sqlName);
  const modifier = modifierOf(name, size, second === undefined ? undefined : Number(second));
  return modifier === null ? null : factsOf(name, modifier);
}

function plainFacts(sqlName: string): TypeFacts | null {
  // char and character are char(1), bit is bit(1).
  if (characters.has(sqlName)) return factsOf("bpchar", 5);
  return factsOf(aliases[sqlName] ?? sqlName, sqlName === "bit" ? 1 : -1);
}

/** float(p): bits, not digits. */
function floatFacts(bits: number, second: string | undefined): TypeFacts | null {
  if (second !== undefined || bits < 1 || bits > 53) return null;
  return factsOf(bits <= 24 ? "float4" : "float8", -1);
}

/** `atttypmod`; null where the type takes no such modifier. */
function modifierOf(name: string, first: number, second: number | undefined): number | null {
  if (name === "numeric") {
    const scale = second ?? 0;
    return first < 1 || first > 1000 || scale < -1000 || scale > 1000
      ? null
      : ((first << 16) | (scale & 0x7ff)) + 4;
  }
  if (second !== undefined) return null;
  if (name === "varchar" || name === "bpchar") return first < 1 || first > 10_485_760 ? null : first + 4;
  if (name === "bit" || name === "varbit") return first < 1 ? null : first;
  if (/^time(?:stamp)?(?:tz)?$/.test(name)) return first > 6 ? null : first;
  // All fields, in the upper half.
  if (name === "interval") return first > 6 ? null : (0x7fff << 16) | first;
  return null;
}

function factsOf(name: string, modifier: number): TypeFacts | null {
  const known = Object.hasOwn(builtins, name) ? builtins[name] : undefined;
  if (known === undefined) return null;
  return {
    label: labelOf(name, known[2] ?? name, modifier),
    qualifiedName: `pg_catalog."${name}"`,
    name,
    oid: known[0],
    kind: "base",
    modifier,
  };
}

/** As `format_type` writes it. */
function labelOf(name: string, label: string, modifier: number): string {
  if (modifier < 0) return label;
  if (name === "numeric") {
    const packed = modifier - 4;
    return `numeric(${packed >>> 16},${((packed & 0x7ff) ^ 1024) - 1024})`;
  }
  if (name === "bpchar") return `character(${modifier - 4})`;
  if (name === "varchar") return `${label}(${modifier - 4})`;
  if (name === "interval") return `interval(${modifier & 0xffff})`;
  const [head, ...tail] = label.startsWith("time") ? label.split(" ") : [label];
  return [`${head}(${modifier})`, ...tail].join(" ");
}
