// Paths inside a file.

/** Absolute, without doubled or trailing slashes. */
export function normalizePath(path: string): string {
  return `/${path.split("/").filter(Boolean).join("/")}`;
}
