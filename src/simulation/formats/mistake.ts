// What is wrong with a part of a document, and where in it.

export class Mistake extends Error {
  readonly code: string;
  /** `/roads/segments/speed[3]`; "" for all of the document. */
  readonly position: string;

  constructor(code: string, position: string, message: string) {
    super(message);
    this.name = "Mistake";
    this.code = code;
    this.position = position;
  }
}

/** A name as a step of a path, as JSON Pointer (RFC 6901) writes it. */
export function step(name: string): string {
  return `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/** What a value is, in a word or two. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "a list";
  if (ArrayBuffer.isView(value)) return "bytes";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
