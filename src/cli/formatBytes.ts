// Sizes for people.

const units = ["bytes", "kB", "MB", "GB", "TB"] as const;

/** 5452595 as "5.2 MB", by 1024 as PostgreSQL's own. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}
