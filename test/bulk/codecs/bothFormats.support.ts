// Values through COPY in both formats, into what staging has and into the table's own type.

import { pipeline } from "node:stream/promises";
import type { PoolClient } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { BinaryBuffer } from "../../../src/bulk/binaryBuffer.ts";
import { factsOfType } from "../../../src/bulk/codecs/builtinTypes.ts";
import { makeCodec } from "../../../src/bulk/codecs/makeCodec.ts";
import type { Codec, TypeFacts } from "../../../src/bulk/codecs/types.ts";
import { makeEncoder } from "../../../src/bulk/encodeRows.ts";
import type { Column, RowProblem } from "../../../src/bulk/types.ts";
import { fc } from "../../support/property.ts";

const header = Buffer.from("5047434f50590aff0d0a000000000000000000", "hex");
const trailer = Buffer.from("ffff", "hex");
const formats = ["text", "binary"] as const;

export function facts(type: string): TypeFacts {
  const found = factsOfType(type);
  if (found === null) throw new Error(`${type} is not built in`);
  return found;
}

export function codecOf(type: string, json?: Column["json"]): Codec {
  return makeCodec(facts(type), json === undefined ? {} : { json });
}

/** A table a format, each with the values' places and the values. */
export class BothFormats {
  readonly codec: Codec;
  readonly #client: PoolClient;
  readonly #columns: (Column & { codec: Codec })[];
  readonly #direct: boolean;

  private constructor(client: PoolClient, codec: Codec, type: string) {
    this.codec = codec;
    this.#client = client;
    this.#direct = codec.isDirect;
    this.#columns = [
      { name: "position", type: "int4", codec: codecOf("int4") },
      { name: "v", type, codec },
    ];
  }

  static async create(client: PoolClient, type: string, codec: Codec): Promise<BothFormats> {
    for (const format of formats) {
      await client.query(`drop table if exists staged_${format}, direct_${format}`);
      await client.query(`create temp table staged_${format} (position int4, v ${codec.stagingType})`);
      await client.query(`create temp table direct_${format} (position int4, v ${type})`);
    }
    return new BothFormats(client, codec, type);
  }

  /** The problem of each value; null for those that are in the tables now. */
  async load(values: readonly unknown[]): Promise<(RowProblem | null)[]> {
    const problems: (RowProblem | null)[] = [];
    for (const format of formats) {
      const encoder = makeEncoder(this.#columns, { format, extraFields: "reject" });
      const out = new BinaryBuffer();
      const found = values.map((value, position) => encoder.encode({ position, v: value }, out));
      if (problems.length === 0) problems.push(...found);
      else sameProblems(problems, found);
      const bytes = out.take();
      await this.#copy(`staged_${format}`, format, bytes);
      if (this.#direct) await this.#copy(`direct_${format}`, format, bytes);
    }
    return problems;
  }

  async #copy(table: string, format: string, bytes: Buffer): Promise<void> {
    await this.#client.query(`truncate ${table}`);
    const stream = this.#client.query(copyFrom(`copy ${table} from stdin (format ${format})`));
    await pipeline(format === "binary" ? [header, bytes, trailer] : [bytes], stream);
  }

  /** An expression over `v`, by the values' places; the formats have to agree. */
  async select(expression: string, from: "staged" | "direct" = "staged"): Promise<Map<number, unknown>> {
    const [text, binary] = await Promise.all(
      formats.map(async (format) => {
        const { rows } = await this.#client.query<[number, unknown]>({
          text: `select position, ${expression} from ${from}_${format} order by position`,
          rowMode: "array",
        });
        return rows;
      }),
    );
    if (JSON.stringify(text) !== JSON.stringify(binary)) {
      throw new Error(`text and binary differ: ${JSON.stringify(text)} ${JSON.stringify(binary)}`);
    }
    return new Map(text);
  }
}

function sameProblems(one: readonly unknown[], other: readonly unknown[]): void {
  if (JSON.stringify(one) !== JSON.stringify(other)) throw new Error("The formats refuse different values.");
}

/** Texts that have broken loaders. */
export const hazards = [
  "\\N",
  "\\.",
  "\\.\n",
  "\n\\.\n",
  "\t",
  "\r\n",
  "\r",
  "\n",
  "\\",
  "\\\\",
  "\b\f\v",
  "",
  " ",
  "\ufeff",
  "é😀",
  "NULL",
  "null",
  '"',
  '\\"',
  "'",
  "{}",
  "{a,b}",
  ",",
  "\u0001\u001b\u007f\u0085\u2028",
];

export const hazardousText = fc.oneof(
  fc.constantFrom(...hazards),
  fc
    .array(fc.oneof(fc.constantFrom(...hazards), fc.string({ unit: "binary" }), fc.string()), {
      maxLength: 6,
    })
    .map((parts) => parts.join("")),
);

/** No column of PostgreSQL holds U+0000. */
export const storableText = hazardousText.map((value) => value.replaceAll("\u0000", "").toWellFormed());
