// The only file that reads the environment.

/** The value of an environment variable; an empty one counts as not set. */
export function readEnv(name: string): string | undefined {
  const value = process.env[name];
  return value === undefined || value === "" ? undefined : value;
}

/** Takes a variable out of the environment of this process. */
export function unsetEnv(name: string): void {
  delete process.env[name];
}

/**
 * The environment of a program that copycat starts: the few variables that any program needs, plus `extra`.
 * Nothing else is handed on: a daemon lives long, may run as another user, and must not carry our secrets.
 */
export function childEnv(extra: Readonly<Record<string, string>>): Record<string, string> {
  const names = ["PATH", "TZ", "TMPDIR", "TEMP", "TMP", "SystemRoot"];
  const entries = names.flatMap((name) => {
    const value = readEnv(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(entries), ...extra };
}
