// What to do about what the server says: SQLSTATE, or the two characters of a class, -> a sentence.
// https://www.postgresql.org/docs/18/errcodes-appendix.html

const again = "Run the same command again.";
const whenItAnswers = "Run the same command again when the server answers.";
const raise = (limit: string): string =>
  `Raise ${limit} for this role or database (alter role ... set ${limit} = 0), then run the same command again.`;

const steps: Readonly<Record<string, string>> = {
  "08": whenItAnswers,
  "0B000": again,
  "23505":
    "Where it is a primary key, ids may have been given out without the sequence: `copycat verify` tells, and " +
    "`copycat verify --repair` sets it ahead; then run the same command again.",
  "25006":
    "This server takes no changes (a standby, or a role or database that is read-only): connect to the primary.",
  "25P03": raise("idle_in_transaction_session_timeout"),
  "25P04": raise("transaction_timeout"),
  "40": again,
  "53100":
    "Free space on the server's disk (`copycat doctor` tells how much there is), then run the same command again.",
  "53200": "Give the server more memory, or let it do less at once, then run the same command again.",
  "53300":
    "Wait until other programs have ended their connections, or raise max_connections; then run the same command again.",
  "55P03":
    "Another session holds a lock: wait for it, or raise lock_timeout; then run the same command again.",
  "57014": "Somebody cancelled the statement, or statement_timeout did: run the same command again.",
  "57P01":
    "Somebody stopped the server, or ended this connection. Run the same command again when the server answers.",
  "57P02": whenItAnswers,
  "57P03": whenItAnswers,
  "57P05": raise("idle_session_timeout"),
  "58030": "Look into the server's log: its disk fails, or is full. Then run the same command again.",
  XX001:
    "Look into the server's log: its data are damaged. Restore a backup, or drop and load again what is.",
  XX002:
    "Look into the server's log: an index is damaged. `reindex database` makes all of them anew; then run the same command again.",
};

/**
 * What to do next, as a sentence; null where nobody knows.
 *
 * @param code SQLSTATE, if there is one
 * @param isLost whether the connection broke, or none could be made
 */
export function nextStep(code: string | undefined, isLost: boolean): string | null {
  const known = code === undefined ? undefined : (steps[code] ?? steps[code.slice(0, 2)]);
  return known ?? (isLost ? whenItAnswers : null);
}
