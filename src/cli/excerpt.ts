// The beginning of a text.

/** On one line; longer ones end in "...". */
export function excerpt(value: string, width = 80): string {
  const line = value.replace(/\s+/g, " ").trim();
  return line.length > width ? `${line.slice(0, width - 3).toWellFormed()}...` : line;
}
