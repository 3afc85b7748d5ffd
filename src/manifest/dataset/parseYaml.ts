// From YAML text to a tree, with all mistakes of syntax.

import { type Document, parseDocument, type YAMLError } from "yaml";
import type { Mistakes } from "./mistakes.ts";
import { describeValue, isNothing, type MappingValue } from "./tree.ts";
import { TreeBuilder } from "./treeBuilder.ts";

/**
 * Parses a description. Null when the file is no readable YAML mapping; `mistakes` then says why.
 *
 * Values are those of YAML 1.2's core schema whatever the file claims: `yes` and `2026-02-13` are text.
 */
export function parseYaml(text: string, mistakes: Mistakes, keys: string): MappingValue | null {
  const document = parse(text, mistakes);
  if (document === null) return null;
  for (const error of [...document.errors, ...document.warnings]) {
    mistakes.add(error.pos[0], "", explain(error));
  }
  // What comes after a mistake of syntax is guesswork of the parser; complaints about it would mislead.
  if (document.errors.length > 0) return null;
  const builder = new TreeBuilder(document, text, mistakes);
  const tree = builder.build(document.contents);
  if (builder.isFull) return null;
  if (tree.kind === "mapping") return tree;
  const found = isNothing(tree) ? "an empty file" : describeValue(tree);
  mistakes.add(tree.offset, "", `expected a mapping with ${keys}, got ${found}`);
  return null;
}

function parse(text: string, mistakes: Mistakes): Document.Parsed | null {
  try {
    return parseDocument(text, {
      lineCounter: mistakes.lineCounter,
      prettyErrors: false,
      // Repeated keys are found with their paths when the tree is built.
      uniqueKeys: false,
      schema: "core",
      resolveKnownTags: false,
      intAsBigInt: true,
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    mistakes.add(0, "", "the file is nested too deeply to be read");
    return null;
  }
}

/** The parser's own sentences, except where they need its terms explained. */
function explain(error: YAMLError): string {
  switch (error.code) {
    case "TAB_AS_INDENT":
      return "expected spaces as indentation, got a tab";
    case "MULTIPLE_DOCS":
      return 'expected one description a file, got a second document ("---")';
    case "TAG_RESOLVE_FAILED":
      return `expected plain values, got a tag (${error.message})`;
    default:
      return error.message.replace(/\s+/g, " ");
  }
}
