// Texts of others on a terminal: names of files may hold anything, also what moves the cursor or turns a line around.

/** Controls, and what has no shape but an effect: marks of direction, separators of lines, halves of pairs. */
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu;

/** As it stands, but what a terminal would obey is written as `\u{1b}`. */
export function safeText(text: string): string {
  return text.replaceAll(unsafe, (character) => `\\u{${(character.codePointAt(0) as number).toString(16)}}`);
}

/** As `safeText`, for messages of several lines. */
export function safeLines(text: string): string {
  return text.split("\n").map(safeText).join("\n");
}

/** East Asian wide characters and most pictures take two columns, marks that go onto a letter none. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const mark = /\p{M}/u;
/** Nothing in it is wider or narrower than a column. */
const plain = /^[\x20-\x7e]*$/;

/** Columns of a terminal. */
export function textWidth(text: string): number {
  if (plain.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += widthOf(character);
  return width;
}

function widthOf(character: string): number {
  if (mark.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** The beginning, "..." in place of what does not fit. */
export function cutEnd(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  return `${beginning([...text], width - 3)}...`;
}

/** The end, "..." in place of what does not fit: of a path that is what tells. */
export function cutStart(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  const reversed = beginning([...text].reverse(), width - 3);
  return `...${[...reversed].reverse().join("")}`;
}

function beginning(characters: readonly string[], width: number): string {
  let taken = "";
  let left = width;
  for (const character of characters) {
    left -= widthOf(character);
    if (left < 0) break;
    taken += character;
  }
  return taken;
}
