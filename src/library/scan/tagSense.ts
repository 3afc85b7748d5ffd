// Whether tags that are there can be understood at all.

import type { IAudioMetadata } from "music-metadata";

const dates: readonly string[] = ["date", "originaldate", "releasedate", "year", "originalyear"];

/**
 * Why no tag of a file can be understood; null when one can, or when it has none. A tag of which every value is a date
 * without a year says nothing, as does a header of ID3v2 that no frame follows.
 *
 * @param id3Body the first bytes behind the header of an ID3v2 tag; null without one
 */
export function whyNoSense(
  { common, native }: Pick<IAudioMetadata, "common" | "native">,
  id3Body: Buffer | null,
): string | null {
  const frames = Object.values(native).flat();
  if (frames.length === 0) return id3Body === null ? null : whyNoFrame(id3Body);
  const understood = Object.entries(common).filter(([name, value]) => {
    if (name === "year" || name === "originalyear") return !Number.isNaN(value);
    if (dates.includes(name)) return /\d{4}/.test(String(value).slice(0, 4));
    return typeof value !== "object" || value === null || Object.values(value).some((part) => part !== null);
  });
  if (understood.length > 0 || frames.some((frame) => !isDate(frame, common))) return null;
  const values = frames.map(({ id, value }) => `${id} ${JSON.stringify(value)}`).join(", ");
  return `none of its tags can be understood (${values})`;
}

/** Frames that are known under no common name may mean something to others. */
function isDate({ value }: { value: unknown }, common: IAudioMetadata["common"]): boolean {
  return dates.some((name) => {
    const known = common[name as "date"];
    return known !== undefined && (known === value || Number.isNaN(known));
  });
}

function whyNoFrame(body: Buffer): string | null {
  // Zeros are room for tags to come.
  if (body.length === 0 || body[0] === 0) return null;
  if (/^[A-Z][A-Z0-9]{2}/.test(body.toString("latin1"))) return null;
  return "the header of its tags is followed by no tag";
}
