// A connection string as it may be shown: in messages, logs and reports.

/**
 * The connection string with `***` in place of every password, whatever else is wrong with it: a password that was not
 * percent-encoded may end anywhere, so all before the last @ and all behind `password=` counts as one. Rather too little is
 * shown than too much.
 */
export function describeDsn(dsn: string): string {
  const [scheme = ""] = /^[\w+.-]*:\/\//.exec(dsn) ?? [];
  const at = dsn.lastIndexOf("@");
  const colon = dsn.indexOf(":", scheme.length);
  const hasPassword = colon >= 0 && colon < at;
  const parameter = findParameter(dsn);
  if (!hasPassword) return parameter === null ? dsn : `${dsn.slice(0, parameter)}***`;
  // The @ may be one of the parameter's, and the parameter a part of a password before the host.
  if (parameter !== null && parameter < at) return `${dsn.slice(0, Math.min(colon, parameter))}:***`;
  const shown = `${dsn.slice(0, colon)}:***`;
  return parameter === null ? shown + dsn.slice(at) : `${shown}${dsn.slice(at, parameter)}***`;
}

/** Where the value of the first parameter begins that is a password: `?password=`, `&p%61ssword=`, `password = `. */
function findParameter(dsn: string): number | null {
  for (const { 0: name, index } of dsn.matchAll(/[^\s?&=]+\s*=/g)) {
    if (/pass/i.test(decode(name))) return index + name.length;
  }
  return null;
}

function decode(text: string): string {
  return text.replaceAll(/%([0-9a-f]{2})/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}
