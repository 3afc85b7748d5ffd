// The values of the filter language: JSON, quoted texts, and bare texts, whose end depends on where they stand.

import { checkJson, isJson } from "./checks.ts";
import { expected, type Reader, readQuoted, skipSpace } from "./scan.ts";

export interface Value {
  /** As a text, for what is one in any case. */
  text: string;
  json: string;
}

/** What a value stands in: commas end it in a list, `and` and `or` elsewhere, parentheses and the end anywhere. */
type Place = "condition" | "list";

const bareEnds = {
  condition: /[()]|(?<=[\s=<>])(?:and|or)(?=[\s("']|$)/gi,
  list: /[(),]/g,
};

const endsAfterJson = {
  condition: /\s*(?:$|\)|(?<=\s)(?:and|or)(?=[\s("']|$))/iy,
  list: /\s*(?:$|[,)])/y,
};

/** JSON stays as it was written: parsed, 9007199254740993 would become ...992. What is no JSON is a text. */
export function readValue(reader: Reader, place: Place): Value {
  skipSpace(reader);
  const start = reader.at;
  const first = reader.text.charAt(start);
  if (first === '"' || first === "'") {
    const text = readQuoted(reader);
    return { text, json: checkJson(JSON.stringify(text)) };
  }
  const end = first === "[" || first === "{" ? jsonEnd(reader, place) : null;
  const text = reader.text.slice(start, end ?? bareEnd(reader, place)).trimEnd();
  if (text === "") throw expected(reader, "a value");
  reader.at = start + text.length;
  return { text, json: isJson(text) ? checkJson(text) : JSON.stringify(text) };
}

function bareEnd(reader: Reader, place: Place): number {
  const pattern = bareEnds[place];
  pattern.lastIndex = reader.at;
  return pattern.exec(reader.text)?.index ?? reader.text.length;
}

/** Null when what begins with a bracket is a text after all: `[draft] of a title`. */
function jsonEnd(reader: Reader, place: Place): number | null {
  const end = bracketEnd(reader.text, reader.at);
  const pattern = endsAfterJson[place];
  pattern.lastIndex = end;
  if (end >= 0 && pattern.test(reader.text) && isJson(reader.text.slice(reader.at, end))) return end;
  // In a list every element could look for its end in all that follows.
  if (place === "list") throw expected(reader, "a JSON value (quote a text that begins with a bracket)");
  return null;
}

/** Behind the bracket that closes the one at `start`, or -1. */
function bracketEnd(text: string, start: number): number {
  let depth = 0;
  for (let position = start; position < text.length; position++) {
    const character = text[position];
    if (character === '"') {
      for (position++; position < text.length && text[position] !== '"'; position++) {
        if (text[position] === "\\") position++;
      }
    } else if (character === "[" || character === "{") depth++;
    else if (character === "]" || character === "}") {
      depth--;
      if (depth === 0) return position + 1;
    }
  }
  return -1;
}
