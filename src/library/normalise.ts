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

/** In lower case, trimmed, without what editions add. */
export function normaliseTitle(title: string): string {
  let normalised = title.toLowerCase().trim();
  for (const addition of additions) normalised = normalised.replaceAll(addition, "");
  return normalised.trim();
}

/** For the search: letters that are written in one way only (NFC). "" when there is nothing to search for. */
export function artistKey(artist: string | null): string {
  return (artist ?? "").normalize("NFC").toLowerCase().trim();
}

/** As `artistKey`, normalised. */
export function titleKey(title: string | null): string {
  return normaliseTitle((title ?? "").normalize("NFC"));
}
