// Which layout do the files have? In this order, the first that fits:
//
// grouped: every file has the same group whose subgroups look alike and hold nearly all of it (entityGroups.ts); but
//   not when every file has the same few subgroups, which are then the parts of one entity;
// batched: in every file nearly all arrays share one leading length with the columns of one group (rows.ts);
// per_entity: everything else; of files that look alike, with single values at the root or in one group.
//
// Of several families of files that look alike the largest is described, when most files are of it. Else nothing is
// alike: every file is an entity, with all arrays that any of them has.

import { sortAlike } from "./alike.ts";
import { type EntityGroups, findEntityGroups } from "./entityGroups.ts";
import { findRows } from "./rows.ts";
import { describeBatched, describeGrouped, describePerEntity } from "./sections.ts";
import type { FileFacts, Sections } from "./types.ts";

/** A family with fewer of the files is one of many. */
const leastPartOfFiles = 0.5;

/** Groups with the same names in every file are entities only when they are more than this. */
const fewGroups = 4;

export interface Guess {
  sections: Sections;
  described: FileFacts[];
  others: FileFacts[];
}

interface Looked {
  file: FileFacts;
  groups: EntityGroups | null;
  paths: ReadonlySet<string>;
}

export function guessLayout(files: readonly FileFacts[]): Guess {
  const looked = files.filter(({ datasets }) => datasets.length > 0).map(look);
  const [family = []] = sortAlike(looked, ({ paths }) => paths);
  const isFamily =
    family.length >= leastPartOfFiles * looked.length && (family.length > 1 || looked.length === 1);
  const chosen = isFamily ? family : looked;
  const described = chosen.map(({ file }) => file);
  return {
    sections: isFamily ? describeFamily(family) : describeStrangers(described),
    described,
    others: files.filter((file) => !described.includes(file)),
  };
}

/** Names of entities differ from file to file; what lies below them is what files have in common. */
function look(file: FileFacts): Looked {
  const groups = findEntityGroups(file.datasets);
  // Of a file that was not looked at to its end the last entity may be a part of one.
  const last = [...(groups?.entities.keys() ?? [])].at(-1);
  if (!file.isWhole && last !== undefined) groups?.entities.delete(last);
  const [first = []] = groups?.entities.values() ?? [];
  const paths = groups === null ? file.datasets : first;
  const base = groups === null ? "" : `${groups.base}/*`;
  return { file, groups, paths: new Set(paths.map(({ path }) => `${base}${path}`)) };
}

function describeFamily(family: readonly Looked[]): Sections {
  const files = family.map(({ file }) => file);
  const groups = family.flatMap((member) => member.groups ?? []);
  if (groups.length === files.length && areEntities(groups)) {
    const sections = describeGrouped(files, groups);
    if (sections.entities > fewGroups) return sections;
    return unsure(
      sections,
      `only ${sections.entities} groups; they may be parts of one entity a file: per_entity`,
    );
  }
  const rows = files.flatMap(({ datasets }) => findRows(datasets) ?? []);
  const [first] = rows;
  if (rows.length === files.length && rows.every(({ group }) => group === first?.group)) {
    return describeBatched(files, rows);
  }
  const sections = describePerEntity(files, true);
  if (files.length > 1) return sections;
  return unsure(
    sections,
    "one file only: which values vary from file to file, and which axes are shared, is not known",
  );
}

function describeStrangers(files: readonly FileFacts[]): Sections {
  return unsure(
    describePerEntity(files, false),
    "the files do not look alike; every array of any of them is an optional artifact here. " +
      "`copycat ingest FOLDER` takes such files as they are",
  );
}

function areEntities(groups: readonly EntityGroups[]): boolean {
  const [first, ...rest] = groups;
  const nameList = (group: EntityGroups | undefined): string =>
    JSON.stringify([...(group?.entities.keys() ?? [])]);
  if (groups.some(({ base }) => base !== first?.base)) return false;
  const haveSameNames = rest.length > 0 && rest.every((group) => nameList(group) === nameList(first));
  return !haveSameNames || (first?.entities.size ?? 0) > fewGroups;
}

function unsure(sections: Sections, reason: string): Sections {
  return { ...sections, unsure: [reason, ...sections.unsure] };
}
