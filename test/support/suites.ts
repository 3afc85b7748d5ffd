// Which tests run in every profile (profile.ts).

const everywhere = ["bulk", "catalog", "ingest", "memory", "simulation", "library"];

/** Patterns of the suites of catalog and stores, and of more folders. */
export function suites(...more: readonly string[]): string[] {
  return [...everywhere, ...more].map((folder) => `test/${folder}/**/*.test.ts`);
}
