// What can be seen of the containers without an engine: that files, names and versions agree, that nothing runs as root
// and that no secret stands where everybody can read it. test/docker/run.sh runs them.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { useDatabase } from "../support/database.ts";
import { pinnedTiled } from "../support/tiledEnvironment.ts";

interface Service {
  image: string;
  user?: string;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  environment?: Record<string, string>;
  secrets?: string[];
  volumes?: string[];
  ports?: string[];
  profiles?: string[];
  depends_on?: Record<string, { condition: string }>;
}

const root = new URL("../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");
const composeText = read("docker/compose.yaml");
const compose = parse(composeText, { merge: true }) as {
  services: Record<string, Service>;
  secrets: Record<string, { file: string }>;
};
const services = Object.entries(compose.services);
const overlays = ["compose.servers.yaml", "compose.citus.yaml"];
const allText = [composeText, ...overlays.map((name) => read(`docker/${name}`))].join("\n");
const dockerfile = read("docker/Dockerfile");
const manifest = JSON.parse(read("package.json")) as { version: string };

const withoutComments = (text: string): string => text.replaceAll(/^\s*#.*$/gm, "");

describe("compose.yaml", () => {
  test("takes the variables that .env.example explains, and no others", () => {
    const used = Array.from(withoutComments(allText).matchAll(/\$\{([A-Z_]+)/g), ([, name]) => name);
    const explained = Array.from(read("docker/.env.example").matchAll(/^#?([A-Z_]+)=/gm), ([, name]) => name);
    // This one is compose's own.
    expect(new Set(explained)).toEqual(new Set([...used, "COMPOSE_PROFILES"]));
  });

  test("has the same defaults as .env.example", () => {
    const defaults = new Map(
      Array.from(allText.matchAll(/\$\{([A-Z_]+):-([^}]*)\}/g), ([, name, value]) => [name, value]),
    );
    for (const [, name, value] of read("docker/.env.example").matchAll(/^#?([A-Z_]+)=(.*)$/gm)) {
      if (defaults.has(name)) expect([name, value]).toEqual([name, defaults.get(name)]);
    }
    expect(defaults.size).toBeGreaterThan(5);
  });

  test("runs this version, and the Tiled that the tests know", () => {
    expect(composeText).toContain(`\${COPYCAT_IMAGE:-copycat:${manifest.version}}`);
    expect(composeText).toContain(`\${TILED_IMAGE:-ghcr.io/bluesky/tiled:${pinnedTiled}}`);
    expect(composeText).toMatch(/pgvector\/pgvector:\d+\.\d+\.\d+-pg18\}/);
  });

  // The database's entrypoint makes its folder as root, and then runs as postgres.
  test.each(services.filter(([name]) => name !== "db"))("%s has no rights to spare", (_, service) => {
    expect(service.user).toBe(`\${COPYCAT_UID:-1000}:\${COPYCAT_GID:-1000}`);
    expect(service).toMatchObject({ read_only: true, cap_drop: ["ALL"] });
  });

  test.each(services)("%s gains no rights, and listens on loopback at most", (_, service) => {
    expect(service.security_opt).toEqual(["no-new-privileges:true"]);
    for (const port of service.ports ?? []) expect(port).toMatch(/^\$\{[A-Z_]+:-127\.0\.0\.1:\d+\}:\d+$/);
  });

  test("mounts the data everywhere at the path it has outside, read-only", () => {
    const mounts = services.flatMap(([name, { volumes = [] }]) =>
      volumes.filter((volume) => volume.includes("COPYCAT_DATA")).map((volume) => [name, volume]),
    );
    expect(mounts.length).toBe(services.length - 1);
    for (const [, volume] of mounts)
      expect(volume).toMatch(/^\$\{COPYCAT_DATA(:\?[^}]*)?\}:\$\{COPYCAT_DATA\}:ro$/);
  });

  test("has passwords in files, and the superuser's only where the server is", () => {
    for (const [name, { environment = {}, secrets = [] }] of services) {
      expect(secrets.includes("postgres_password"), name).toBe(name === "db");
      for (const [variable, value] of Object.entries(environment)) {
        if (/PASSWORD/.test(variable))
          expect([variable, value]).toEqual([
            expect.stringMatching(/_FILE$/),
            expect.stringMatching(/^\/run\/secrets\//),
          ]);
        expect(value).not.toMatch(/:\/\/[^/]*:[^/]*@/);
      }
    }
    expect(read("docker/.gitignore").split("\n")).toEqual(expect.arrayContaining([".env", "secrets/"]));
  });

  test("starts nothing by itself that would refuse: the service needs a key, jobs need a word", () => {
    const byItself = services.filter(([, { profiles }]) => profiles === undefined).map(([name]) => name);
    expect(byItself).toEqual(["db", "migrate", "roles", "tiled-config", "tiled"]);
  });
});

describe("compose.citus.yaml", () => {
  const citus = parse(read("docker/compose.citus.yaml"), { merge: true }) as typeof compose;

  test("pins the image of all nodes to one version", () => {
    const images = Object.values(citus.services).flatMap(({ image }) => image ?? []);
    expect(images.length).toBe(4);
    expect(new Set(images).size).toBe(1);
    expect(images[0]).toMatch(/^\$\{CITUS_IMAGE:-citusdata\/citus:\d+\.\d+\.\d+\}$/);
  });

  test("gives the superuser's password to those that make things, which end then", () => {
    const holders = Object.entries(citus.services).filter(([, { secrets }]) =>
      secrets?.includes("postgres_password"),
    );
    expect(holders.map(([name]) => name)).toEqual(["citus-setup", "migrate", "roles"]);
    expect(citus.services["citus-setup"]).toMatchObject({
      user: `\${COPYCAT_UID:-1000}:\${COPYCAT_GID:-1000}`,
      read_only: true,
      cap_drop: ["ALL"],
      security_opt: ["no-new-privileges:true"],
    });
  });
});

describe("the image", () => {
  test("is pinned to a version, in every stage", () => {
    expect(dockerfile).toMatch(/^ARG NODE_IMAGE=node:20\.\d+\.\d+-bookworm-slim$/m);
    const stages = Array.from(dockerfile.matchAll(/^FROM (\S+)/gm), ([, image]) => image);
    expect(stages).toEqual(Array(3).fill(`\${NODE_IMAGE}`));
  });

  test("is made of files that are there and that .dockerignore lets in", () => {
    const copies = Array.from(
      dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm),
      ([, paths]) => paths?.split(" ") ?? [],
    );
    const allowed = new Set(
      read(".dockerignore")
        .split("\n")
        .filter((line) => line.startsWith("!"))
        .map((line) => line.slice(1)),
    );
    const copied = new Set(copies.flat());
    expect(copied).toEqual(allowed);
    for (const path of copied) expect(existsSync(new URL(path, root)), path).toBe(true);
  });

  test("ends as an ordinary user, with the command line as its entry", () => {
    const last = dockerfile.slice(dockerfile.lastIndexOf("\nFROM "));
    expect(last).toMatch(/^USER node$/m);
    expect(last).toMatch(/^ENTRYPOINT \["copycat"\]$/m);
    expect(last).toMatch(/^HEALTHCHECK .*\/app\/docker\/healthcheck\.mjs"\]$/m);
  });
});

describe("postgresql.conf", () => {
  const db = useDatabase({ empty: true });
  const settings = Array.from(
    read("docker/postgresql.conf").matchAll(/^(\w+) = (?:'(.*)'|(\S+))$/gm),
    (found) => [found[1], found[2] ?? found[3]],
  );

  test("says every line in a way that the server takes", async () => {
    expect(settings.length).toBe(withoutComments(read("docker/postgresql.conf")).match(/\S.*$/gm)?.length);
    const known = await db.rows(
      `select name from pg_settings where lower(name) = any('{${settings.map(([name]) => name).join()}}')`,
    );
    expect(known.length).toBe(settings.length);
  });
});

describe("docs/containers.md", () => {
  const blocks = Array.from(
    read("docs/containers.md").matchAll(/^```text\n([^`]*)^```$/gm),
    ([, text]) => text ?? "",
  );
  const commands = blocks.join("").match(/^docker compose .*$/gm) ?? [];

  test("names services that are there, and options of compose before them", () => {
    const named = commands.flatMap((line) => {
      const [, name] =
        /^docker compose (?:run|exec|stop)(?: -d| -T| --rm| --name \S+| --entrypoint \S+| -e \S+)* (\w\S*)/.exec(
          line,
        ) ?? [];
      return name === undefined ? [] : [name];
    });
    expect(named.length).toBeGreaterThan(15);
    expect(Object.keys(compose.services)).toEqual(expect.arrayContaining(named));
  });

  test("tells to back up and restore as run.sh does it", () => {
    const proof = read("test/docker/operation.sh");
    for (const program of [
      "pg_dump -U postgres --format custom catalog",
      "createdb -U postgres --owner catalog restored",
      "pg_restore -U postgres --exit-on-error -d restored",
      "alter database catalog rename to catalog_old",
    ]) {
      expect(commands.join("\n")).toContain(program);
      expect(proof).toContain(program);
    }
  });
});

describe("run.sh", () => {
  test("tells that there is no engine, and does not call that a success", () => {
    const { status, stderr, stdout } = spawnSync("bash", ["test/docker/run.sh"], {
      cwd: root,
      encoding: "utf8",
      env: { PATH: process.env.PATH, DOCKER_HOST: "unix:///nowhere/docker.sock" },
    });
    expect({ status, stdout }).toEqual({ status: 77, stdout: "" });
    expect(stderr).toMatch(/^Not run: no Docker engine answers/);
  });
});
