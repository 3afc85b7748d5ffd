// A small filter, `KEY OP VALUE`, as SQL. Values and keys are always parameters.

import { CopycatError } from "../../errors.ts";

const operators = { "=": "=", "==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">=" } as const;

type Operator = keyof typeof operators;

export interface Filter {
  /** Keys from the top of the metadata downwards. */
  path: string[];
  operator: Operator;
  /** JSON text. */
  value: string;
}

const pattern = /^\s*([\p{L}\p{N}_][\p{L}\p{N}_./:-]*)\s*(==|!=|<=|>=|=|<|>)\s*(.+?)\s*$/u;

/**
 * Parses `Ja_meV > 0.5`, `material = "NiPS3"`, `instrument.name != x`. A value that is no JSON is a string.
 *
 * @throws CopycatError USAGE with the forms that are understood.
 */
export function parseFilter(text: string): Filter {
  if (text.includes("\0") || text.includes("\\u0000") || !text.isWellFormed()) {
    throw new CopycatError(
      "USAGE",
      "A filter cannot hold U+0000 or half a surrogate pair: no metadata does.",
    );
  }
  const match = pattern.exec(text);
  if (match === null) {
    throw new CopycatError(
      "USAGE",
      `Cannot read the filter "${text}". Write KEY OP VALUE, such as 'Ja_meV > 0.5' or 'material = "NiPS3"'; ` +
        "OP is one of = != < <= > >=, and a dot leads into nested metadata.",
    );
  }
  const [, key = "", operator = "=", value = ""] = match;
  return { path: key.split("."), operator: operator as Operator, value: toJson(value) };
}

/** JSON stays as it was written: parsed, 9007199254740993 would become ...992, and 1e400 null. */
function toJson(value: string): string {
  try {
    JSON.parse(value);
    return value;
  } catch {
    return JSON.stringify(value.replace(/^'(.*)'$/s, "$1"));
  }
}

/**
 * The condition on `n.metadata`; pushes its values. Equality is containment, which Tiled's own GIN index serves.
 * An order compares only values of the same type: jsonb would put every string below every number.
 */
export function filterSql({ path, operator, value }: Filter, values: unknown[]): string {
  if (operators[operator] === "=") {
    values.push(path.reduceRight<string>((inner, key) => `{${JSON.stringify(key)}:${inner}}`, value));
    return `n.metadata @> $${values.length}::jsonb`;
  }
  values.push(path, value);
  const found = `(n.metadata #> $${values.length - 1}::text[])`;
  const wanted = `$${values.length}::jsonb`;
  if (operators[operator] === "<>") return `${found} <> ${wanted}`;
  return `(jsonb_typeof(${found}) = jsonb_typeof(${wanted}) and ${found} ${operators[operator]} ${wanted})`;
}
