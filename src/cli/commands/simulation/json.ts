// Results as one JSON document, printed piece by piece: a long run is more than one text can hold.

import {
  type AttributeSeries,
  type GroupState,
  toJsonArray,
  type ValuesOptions,
} from "../../../simulation/index.ts";
import { printPieces } from "../../output.ts";

/** `{ ..., "data": { "id": { "data": [...] }, "speed": { "data": [...] } } }`, an attribute a line. */
export async function printStateJson(
  head: object,
  { ids, attributes }: GroupState,
  options: ValuesOptions,
): Promise<void> {
  await printPieces(
    document(
      head,
      "{}",
      (function* () {
        yield `"id": ${JSON.stringify({ data: ids })}`;
        for (const [name, values] of attributes) {
          yield `${JSON.stringify(name)}: ${JSON.stringify(toJsonArray(values, options))}`;
        }
      })(),
    ),
  );
}

/** `{ ..., "timestamps": [...], "id": [...], "data": [{ "data": [...] }, ...] }`, a timestamp a line. */
export async function printSeriesJson(
  head: object,
  { timestamps, dates, ids, data }: AttributeSeries,
  options: ValuesOptions,
): Promise<void> {
  const times = dates === null ? { timestamps } : { timestamps, dates };
  await printPieces(
    document(
      { ...head, ...times, id: ids },
      "[]",
      (function* () {
        for (const values of data) yield JSON.stringify(toJsonArray(values, options));
      })(),
    ),
  );
}

function* document(head: object, brackets: "{}" | "[]", lines: Iterable<string>): Generator<string> {
  yield "{\n";
  for (const [key, value] of Object.entries(head))
    yield `  ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`;
  yield `  "data": ${brackets[0]}`;
  let before = "\n    ";
  for (const line of lines) {
    yield `${before}${line}`;
    before = ",\n    ";
  }
  yield `\n  ${brackets[1]}\n}\n`;
}
