// Names in the file. Those of datasets, groups and attributes may be anything; HDF5 takes no slash in a name.

/** What names of groups and attributes share a level with. */
const ours = new Set([
  ...["timestamp", "iteration", "origin"],
  ...["update", "row_ptr", "order"],
  ...["metadata", "document"],
  ...["time"],
]);

/** As a name in the file: `%2F` for a slash, as in the addresses of the web; and what is also one of our names is told apart. */
export function linkName(name: string): string {
  if (name === "") return "%";
  const escaped = name.replace(/[%/\0]/g, percentCode);
  const isTaken = ours.has(name) || /^\.+$/.test(name) || name.startsWith("component_");
  return isTaken ? percentCode(escaped.charAt(0)) + escaped.slice(1) : escaped;
}

const percentCode = (character: string): string =>
  `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
