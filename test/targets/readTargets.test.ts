// The targets file: what it says, and every mistake with its line.

import { describe, expect, it } from "vitest";
import { readTargets, targetOf } from "../../src/targets/index.ts";
import { useFolder } from "../support/files.ts";

const folder = useFolder();

const good = `
targets:
  - name: east
    dsn: postgres://loader@east/catalog
    datasets: [VDP, "EDRIXS_*", "x?z"]
  - name: west
    dsn: postgres://loader@west/catalog
    datasets: [EDRIXS_9]
    default: true
`;

const write = (text: string): string => folder.text("targets.yaml", text);

describe("a targets file", () => {
  it("names servers and their datasets", async () => {
    const { list } = await readTargets(write(good));
    expect(list).toEqual([
      {
        name: "east",
        dsn: "postgres://loader@east/catalog",
        datasets: ["VDP", "EDRIXS_*", "x?z"],
        isDefault: false,
      },
      { name: "west", dsn: "postgres://loader@west/catalog", datasets: ["EDRIXS_9"], isDefault: true },
    ]);
  });

  it.each([
    ["VDP", "east"],
    ["EDRIXS_1", "east"],
    ["EDRIXS_9", "west"],
    ["xyz", "east"],
    ["xyyz", "west"],
    ["OTHER", "west"],
    ["vdp", "west"],
  ])("routes %s to %s", async (dataset, name) => {
    expect(targetOf(await readTargets(write(good)), dataset).name).toBe(name);
  });

  it("has a place for each dataset, and one only", async () => {
    const targets = await readTargets(
      write(
        `targets:\n  - {name: a, dsn: "postgres://a/c", datasets: ["V*"]}\n  - {name: b, dsn: "postgres://b/c", datasets: ["*P"]}\n`,
      ),
    );
    expect(targetOf(targets, "V").name).toBe("a");
    expect(() => targetOf(targets, "VDP")).toThrow("Patterns of a and b all fit the dataset VDP.");
    expect(() => targetOf(targets, "X")).toThrow("No target takes the dataset X. Name it at one of a, b");
  });

  it("may leave connection strings to the environment", async () => {
    process.env.TARGETS_TEST_DSN = "postgres://secret@a/c";
    const path = write("targets:\n  - {name: a, dsn: $TARGETS_TEST_DSN, default: true}\n");
    expect((await readTargets(path)).list[0]?.dsn).toBe("postgres://secret@a/c");
    delete process.env.TARGETS_TEST_DSN;
    await expect(readTargets(path)).rejects.toMatchObject({
      code: "INVALID_INPUT",
      details: [
        expect.stringContaining("2:20: targets[0].dsn: expected the variable TARGETS_TEST_DSN to be set"),
      ],
    });
  });

  it("takes the password that is in a file", async () => {
    process.env.DATABASE_PASSWORD_FILE = folder.text("password", "s p\n");
    const { list } = await readTargets(write(good)).finally(() => delete process.env.DATABASE_PASSWORD_FILE);
    expect(list[0]?.dsn).toBe("postgres://loader:s%20p@east/catalog");
  });

  it.each([
    ["targets: []", "at least one of targets"],
    ["other: 1", "unknown key"],
    ["targets: [{name: a/b, dsn: 'postgres://a/c', default: true}]", "a name of letters, digits, - and _"],
    ["targets: [{name: a, dsn: 'mysql://user:hidden@a/c', default: true}]", "a connection string"],
    [
      "targets: 'postgres://user:hidden@a/c?sslpassword=hidden'",
      'got "postgres://user:***@a/c?sslpassword=***',
    ],
    ["'postgresql://user:hidden words@a/c'", 'got "postgresql://user:***@a/c"'],
    ["targets: [{name: 'postgres://user:hidden@a/c', dsn: 'postgres://a/c', default: true}]", "user:***@a/c"],
    ["targets: [{name: a, dsn: b, default: 'postgres://user:hidden@a/c'}]", "user:***@a/c"],
    [
      "targets: [{name: a, dsn: 'postgres://a/c', datasets: [V, /VDP]}]",
      'place 2, got "/VDP": leave the slash out',
    ],
    ["targets: [{name: a, dsn: 'postgres://a/c', datasets: ['A/*']}]", "the first key of a path at place 1"],
    ["targets: [{name: a, dsn: 'postgres://a/c'}]", "got neither"],
    ["targets: [{name: a, dsn: 'postgres://a/c', default: yes}]", "true or false"],
    ["targets: [{name: a, dsn: 'postgres://a/c', datasets: [1]}]", "a key of a dataset at place 1"],
    [
      "targets: [{name: a, dsn: 'postgres://a/c', default: true}, {name: a, dsn: 'postgres://b/c', default: true}]",
      "got a again",
    ],
    [
      "targets: [{name: a, dsn: 'postgres://a/c', datasets: [V]}, {name: b, dsn: 'postgres://b/c', datasets: [V]}]",
      "expected V at one target, got it at a as well",
    ],
  ])("%s is refused", async (text, message) => {
    const error = await readTargets(write(text)).then(
      () => null,
      (thrown: unknown) => thrown as { code: string; details: string[] },
    );
    expect(error?.code).toBe("INVALID_INPUT");
    expect(error?.details.join("\n")).toContain(message);
    expect(error?.details.join("\n")).not.toContain("hidden");
  });
});
