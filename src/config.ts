// The only file that reads the environment.

/** The value of an environment variable; an empty one counts as not set. */
export function readEnv(name: string): string | undefined {
  const value = process.env[name];
  return value === undefined || value === "" ? undefined : value;
}
