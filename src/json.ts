// Exact JSON text. Numbers that JavaScript would blur (1.0 against 1, integers beyond 2^53, floats that
// jsonb would turn into integers) are written as text once, where their type is still known.

declare const jsonTextBrand: unique symbol;

/** Valid JSON text, ready to be sent to a jsonb column byte for byte. */
export type JsonText = string & { readonly [jsonTextBrand]: true };

/** Marks text as JSON. The caller vouches for it; nothing is parsed. */
export function asJsonText(text: string): JsonText {
  return text as JsonText;
}

/**
 * Valid JSON text that is sent byte for byte, as a whole value or anywhere inside one: the way to keep `1.10` or
 * `12345678901234567890` as written. Whoever makes it vouches that it is valid; what jsonb refuses in valid JSON
 * (U+0000, half surrogate pairs, numbers beyond numeric) is still looked for.
 */
export class RawJson {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export const jsonNull: JsonText = asJsonText("null");

/** A string as JSON. Lone surrogates come out as U+FFFD, which jsonb takes; U+0000 must be refused before. */
export function stringToJson(value: string): JsonText {
  return asJsonText(JSON.stringify(value.isWellFormed() ? value : value.toWellFormed()));
}

/**
 * A floating-point number as JSON that stays one after jsonb: plain decimal with a fraction.
 *
 * jsonb stores numbers as numeric, so `1e20` would come back as an integer literal that Tiled cannot serve
 * (its serialiser takes integers up to 2^64-1 only). NaN and the infinities, which JSON lacks, become null.
 */
export function floatToJson(value: number): JsonText {
  if (!Number.isFinite(value)) return jsonNull;
  if (Number.isInteger(value)) {
    const digits = Math.abs(value) < 1e21 ? String(value) : BigInt(value).toString();
    return asJsonText(`${digits}.0`);
  }
  return asJsonText(String(value));
}

/** An integer as JSON, exact for any size. */
export function integerToJson(value: number | bigint): JsonText {
  return asJsonText(value.toString());
}

/** An object from parts that are JSON already, keys in the order given. */
export function objectToJson(entries: Iterable<readonly [string, JsonText]>): JsonText {
  let text = "{";
  for (const [key, value] of entries) {
    if (text.length > 1) text += ",";
    text += `${stringToJson(key)}:${value}`;
  }
  return asJsonText(`${text}}`);
}

/** An array from parts that are JSON already. */
export function arrayToJson(items: Iterable<JsonText>): JsonText {
  return asJsonText(`[${[...items].join(",")}]`);
}
