// On what the suites run: one server, several, or a Citus cluster. The tests are the same and do not know.
//   plain    every test database on one server (reachServer.ts)
//   servers  on three servers in turn, so that two databases of a test are never on one
//   citus    on the coordinator of a cluster, each with its catalog in a distributed schema

export const profiles = ["plain", "servers", "citus"] as const;
export type Profile = (typeof profiles)[number];

/** @throws Error when COPYCAT_TEST_PROFILE names none */
export function chooseProfile(asked: string | undefined): Profile {
  const profile = profiles.find((name) => name === (asked || "plain"));
  if (profile !== undefined) return profile;
  throw new Error(`COPYCAT_TEST_PROFILE is "${asked}"; it must be one of ${profiles.join(", ")}.`);
}
