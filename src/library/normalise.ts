// Artists and titles as they are compared: what editions add to a title is left out.

/** As editions write them. All are taken out, wherever they stand. */
const additions = [
  " (original mix)",
  " (radio edit)",
  " (album version)",
  " (extended)",
  " [official]",
  " [hd]",
  " - remastered",
];

/** What Python's `strip` takes off besides `\s`; and it leaves U+FEFF, which `\s` has. */
const isSpace = (character: string): boolean =>
  (/\s/.test(character) && character !== "\ufeff") || "\x1c\x1d\x1e\x1f\x85".includes(character);

function strip(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && isSpace(text.charAt(start))) start += 1;
  while (end > start && isSpace(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

/** In lower case, without space around it, as the hashes of programs in Python have it. */
export function plainText(text: string): string {
  return strip(text).toLowerCase();
}

/** In lower case, without space around it and without what editions add. */
export function normaliseTitle(title: string): string {
  let normalised = plainText(title);
  for (const addition of additions) normalised = normalised.replaceAll(addition, "");
  return plainText(normalised);
}

/** For the search: letters that are written in one way only (NFC). "" when there is nothing to search for. */
export function artistKey(artist: string | null): string {
  return plainText((artist ?? "").normalize("NFC"));
}

/** As `artistKey`, normalised. */
export function titleKey(title: string | null): string {
  return normaliseTitle((title ?? "").normalize("NFC"));
}
