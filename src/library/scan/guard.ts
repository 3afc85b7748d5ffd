// A drive that is not mounted looks like a folder from which all was deleted: such a scan is refused.

import { CopycatError } from "../../errors.ts";
import { aside, words } from "../../wording.ts";
import type { ScanPlace } from "./place.ts";
import type { KnownFile } from "./store.ts";
import type { Survey } from "./survey.ts";

const count = (files: number): string => `${files.toLocaleString("en-US")} ${files === 1 ? "file" : "files"}`;

const ifGone = "Is its drive mounted? Nothing was changed; if all are really gone, say so";

/** @throws CopycatError UNREADABLE_SOURCE for a folder that is not there */
export function refuseAbsent(place: ScanPlace, known: number, allowEmpty: boolean): void {
  if (place.exists || (known > 0 && allowEmpty)) return;
  const what =
    known === 0
      ? ["there is no such folder"]
      : [`it is not there, but ${count(known)} below it are known. ${ifGone}`, aside("allowEmpty", true)];
  throw new CopycatError("UNREADABLE_SOURCE", words(`Cannot scan ${place.name}: `, ...what, "."));
}

/** @throws CopycatError UNREADABLE_SOURCE for a folder in which nothing is left */
export function refuseEmptied(
  place: ScanPlace,
  { files, gone, away }: Pick<Survey, "files" | "gone" | "away">,
  allowEmpty: boolean,
): void {
  const present = gone.filter(isPresent).length + away;
  if (files > 0 || present === 0 || allowEmpty) return;
  throw new CopycatError(
    "UNREADABLE_SOURCE",
    words(
      `Cannot scan ${place.name}: there is not a single file in it, but ${count(present)} below it are known. ${ifGone}`,
      aside("allowEmpty", true),
      ".",
    ),
  );
}

export const isPresent = ({ state }: KnownFile): boolean => state === "present";
