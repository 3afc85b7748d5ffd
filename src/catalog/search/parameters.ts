// The values of a statement, numbered as they come.

export interface Parameters {
  readonly values: unknown[];
  /** Takes a value; its number as SQL writes it: `$3`. */
  add(value: unknown): string;
  /** A path of keys, `$4::text[]`; the same number for the same path. */
  addPath(path: readonly string[]): string;
}

/** A statement with its values, ready to be sent. */
export interface Statement {
  text: string;
  values: unknown[];
}

export function makeParameters(): Parameters {
  const values: unknown[] = [];
  const paths = new Map<string, string>();
  const add = (value: unknown): string => `$${values.push(value)}`;
  return {
    values,
    add,
    addPath: (path) => {
      const name = JSON.stringify(path);
      const known = paths.get(name) ?? `${add([...path])}::text[]`;
      paths.set(name, known);
      return known;
    },
  };
}
