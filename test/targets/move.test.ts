// A dataset goes from one server to another: whole, and nothing else with it.

import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { addPromotedKey, verifyCatalog } from "../../src/catalog/index.ts";
import { listTargets, moveDataset, readTargets } from "../../src/targets/index.ts";
import { callCli } from "../support/cli.ts";
import { useFolder } from "../support/files.ts";
import { array, container, load, snapshot } from "../support/nodes.ts";
import { describeDataset, loadRich } from "./datasets.ts";
import { useTargets } from "./support.ts";

const folder = useFolder();
const targets = useTargets(folder, { east: ["RICH", "A_*"], west: [] });

const database = (name: string) => {
  const found = targets.databases[name];
  if (found === undefined) throw new Error(name);
  return found;
};

const move = async (path: string, dataset: string, to: string, dryRun = false) => {
  const notices: string[] = [];
  const onNotice = (message: string): void => void notices.push(message);
  const report = await moveDataset(await readTargets(path), dataset, { to, dryRun, onNotice });
  return { report, notices };
};

const keysAt = async (name: string): Promise<string[]> =>
  (await database(name).rows<{ key: string }>("select key from nodes where parent = 0 order by key")).map(
    ({ key }) => key,
  );

describe("a dataset", () => {
  it("comes whole, and leaves nothing", async () => {
    const path = targets.write();
    await load(database("west").database, [
      container("/OTHER"),
      array("/OTHER/x", { files: ["/data/H_3.h5"], size: 2 ** 40 + 3 }),
    ]);
    await load(database("east").database, [
      container("/STAYS"),
      array("/STAYS/y", { files: ["/data/H_4.h5"], size: 2 ** 40 + 4 }),
    ]);
    await loadRich(database("east"), "RICH");
    const [other, stays] = [
      await describeDataset(database("west"), "OTHER"),
      await describeDataset(database("east"), "STAYS"),
    ];
    const before = await describeDataset(database("east"), "RICH");
    const dry = await move(path, "RICH", "west", true);
    expect(dry.report).toMatchObject({ status: "would_move", from: "east", switched: true, nodes: 70 });
    expect(await keysAt("west")).toEqual(["OTHER"]);

    const { report, notices } = await move(path, "RICH", "west");
    expect(report).toMatchObject({ status: "moved", from: "east", copied: true, switched: true, again: [] });
    expect(report.tables).toEqual(dry.report.tables);
    expect(report.tables.every(({ table, rows }) => rows > 0 || table === "copycat.file")).toBe(true);
    expect(notices).toEqual([]);
    expect([await keysAt("east"), await keysAt("west")]).toEqual([["STAYS"], ["OTHER", "RICH"]]);

    const after = await describeDataset(database("west"), "RICH");
    // The asset that another dataset had before keeps its own times.
    expect(withoutAssetTimes(after)).toEqual(withoutAssetTimes(before));
    expect(after.order).toEqual(before.order);
    expect(await describeDataset(database("west"), "OTHER")).toEqual(other);
    expect(await describeDataset(database("east"), "STAYS")).toEqual(stays);
    for (const name of ["east", "west"]) {
      const verified = await verifyCatalog(database(name).database);
      expect(verified.checks.filter(({ ok }) => !ok)).toEqual([]);
    }
    expect(await database("east").value("select count(*)::int from revisions")).toBe(0);
    expect(await database("east").value("select count(*)::int from assets")).toBe(1);
  });

  it("is there already, the second time", async () => {
    const path = targets.write();
    // The file says east: what a process that was killed before the last step leaves.
    const { report } = await move(path, "RICH", "west");
    expect(report).toMatchObject({ status: "there", from: null, switched: true });
    expect((await move(path, "RICH", "west")).report).toMatchObject({ status: "there", switched: false });
  });

  it("moves back", async () => {
    const path = targets.write();
    const before = await describeDataset(database("west"), "RICH");
    expect((await move(path, "RICH", "east")).report).toMatchObject({ status: "moved", switched: false });
    expect(withoutAssetTimes(await describeDataset(database("east"), "RICH"))).toEqual(
      withoutAssetTimes(before),
    );
  });

  it("that is at both and equal is dropped where it was; one that differs is refused", async () => {
    const path = targets.write();
    const nodes = [container("/TWICE"), container("/TWICE/x", { a: 1 })];
    for (const name of ["east", "west"]) {
      await load(database(name).database, nodes);
      await database(name).rows(
        "update nodes set time_created = 'epoch', time_updated = 'epoch' where key in ('TWICE', 'x')",
      );
    }
    await database("west").rows("update nodes set metadata = '{\"a\": 2}' where key = 'x' and parent <> 0");
    const before = [await snapshot(database("east")), await snapshot(database("west"))];
    await expect(move(path, "TWICE", "west")).rejects.toMatchObject({
      code: "CONFLICT",
      details: ["nodes: 2 rows each, not all equal"],
    });
    expect([await snapshot(database("east")), await snapshot(database("west"))]).toEqual(before);
    await database("west").rows("update nodes set metadata = '{\"a\": 1}' where key = 'x' and parent <> 0");
    expect((await move(path, "TWICE", "west")).report).toMatchObject({ status: "moved", copied: false });
    expect(await keysAt("east")).not.toContain("TWICE");
    expect(await keysAt("west")).toContain("TWICE");
  });
});

const withoutAssetTimes = (described: Record<string, unknown[]>): unknown =>
  JSON.parse(
    JSON.stringify(described.data, (key, value: unknown) =>
      key === "time_created" || key === "time_updated" ? undefined : value,
    ),
  );

describe("what cannot be moved", () => {
  it("is not there, or the target is not", async () => {
    const path = targets.write();
    await expect(move(path, "RICHH", "west")).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringContaining("(did you mean RICH?)"),
    });
    await expect(move(path, "RICH", "wset")).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("(did you mean west?)"),
    });
  });

  it("would go to the same database under another name", async () => {
    const dsn = database("east").dsn;
    const path = folder.text(
      "same.yaml",
      `targets:\n  - {name: a, dsn: "${dsn}", datasets: [RICH]}\n  - {name: b, dsn: "${dsn}", default: true}\n`,
    );
    await expect(move(path, "RICH", "b")).rejects.toMatchObject({ code: "USAGE" });
  });

  it("would go to a server that does not answer", async () => {
    const text = `targets:
  - {name: east, dsn: "${database("east").dsn}", datasets: [RICH]}
  - {name: down, dsn: "postgres://nobody@127.0.0.1:1/none", default: true}
`;
    const path = folder.text("down.yaml", text);
    const before = await snapshot(database("east"));
    await expect(move(path, "RICH", "down")).rejects.toMatchObject({ code: "CONNECTION" });
    expect(await snapshot(database("east"))).toEqual(before);
    expect(readFileSync(path, "utf8")).toBe(text);
    const listed = await listTargets(await readTargets(path));
    expect(listed.map(({ error }) => error === null)).toEqual([true, false]);
  });

  it("has rows in tables that would go with the nodes", async () => {
    await database("east").rows(
      "insert into webhooks (node_id, url) select id, 'http://x' from nodes where key = 'RICH'",
    );
    await expect(move(targets.write(), "RICH", "west")).rejects.toMatchObject({
      code: "CONFLICT",
      details: ["webhooks: 1 rows, by their column node_id"],
    });
    await database("east").rows("delete from webhooks");
    expect(await keysAt("west")).not.toContain("RICH");
  });

  it("has a closure that is wrong, and is left alone", async () => {
    const path = targets.write();
    await load(database("east").database, [container("/A_1"), container("/A_1/x")]);
    await database("east").rows(
      "delete from nodes_closure where depth = 1 and descendant = (select id from nodes where key = 'x' and parent > 0)",
    );
    const before = [await snapshot(database("east")), await describeDataset(database("west"), "A_1")];
    await expect(move(path, "A_1", "west")).rejects.toMatchObject({
      code: "CONFLICT",
      details: [expect.stringMatching(/^nodes_closure: 4 rows at east, 5 at west$/)],
    });
    expect([await snapshot(database("east")), await describeDataset(database("west"), "A_1")]).toEqual(
      before,
    );
  });
});

describe("the targets file", () => {
  it("keeps its comments and its layout", async () => {
    const [east, west] = [database("east").dsn, database("west").dsn];
    const text = `# Servers of the beamline.
targets:
  - name: east # the old one
    dsn: ${east}

    datasets:
      - FIRST
      # Grows a lot.
      - KEPT # in autumn
      - "LAST"
  - name: west
    dsn: '${west}'
    default: true # everything else
`;
    const path = folder.text("commented.yaml", text);
    await load(database("east").database, [container("/KEPT")]);
    await move(path, "KEPT", "west");
    const after = readFileSync(path, "utf8");
    expect(after).toBe(
      text
        .replace("      # Grows a lot.\n      - KEPT # in autumn\n", "")
        .concat("    datasets:\n      # Grows a lot.\n      - KEPT # in autumn\n"),
    );
    writeFileSync(path, after);
    expect((await readTargets(path)).list.map(({ datasets }) => datasets)).toEqual([
      ["FIRST", "LAST"],
      ["KEPT"],
    ]);
  });

  it("may lose the last dataset of a target, and name one of a pattern", async () => {
    const [east, west] = [database("east").dsn, database("west").dsn];
    const path = folder.text(
      "last.yaml",
      `targets:\n- {name: east, dsn: "${east}", default: true}\n- {name: west, dsn: "${west}", datasets: [KEPT, "P*"]}\n`,
    );
    await move(path, "KEPT", "east");
    await load(database("west").database, [container("/P1")]);
    await move(path, "P1", "east");
    expect((await readTargets(path)).list.map(({ datasets }) => datasets)).toEqual([["KEPT", "P1"], ["P*"]]);
    expect(readFileSync(path, "utf8")).toContain('datasets: ["P*"]');
    await load(database("east").database, [container("/Q"), container("/R")]);
    const lone = folder.text(
      "lone.yaml",
      `targets:\n- {name: east, dsn: "${east}", datasets: [Q]}\n- {name: west, dsn: "${west}", default: true}\n`,
    );
    await move(lone, "Q", "west");
    expect((await readTargets(lone)).list.map(({ datasets }) => datasets)).toEqual([[], ["Q"]]);
    expect(readFileSync(lone, "utf8")).toBe(
      `targets:\n- {name: east, dsn: "${east}", datasets: []}\n- {name: west, dsn: "${west}", default: true, datasets: [Q]}\n`,
    );
    const nowhere = folder.text(
      "nowhere.yaml",
      `targets: [{name: east, dsn: "${east}", datasets: [X]}, {name: west, dsn: "${west}", datasets: [Y]}]\n`,
    );
    expect((await move(nowhere, "R", "west", true)).report).toMatchObject({ switched: true });
    await move(nowhere, "R", "west");
    expect((await readTargets(nowhere)).list.map(({ datasets }) => datasets)).toEqual([["X"], ["Y", "R"]]);
  });
});

describe("copycat targets", () => {
  it("lists, moves, and tells what is to be made again", async () => {
    const path = targets.write();
    await load(database("east").database, [container("/A_2"), container("/A_2/x", { T: 1 })]);
    await addPromotedKey(database("east").database, ["T"], { dataset: "A_2" });
    const listed = await callCli(["targets", "--targets", path]);
    expect(listed.stdout).toMatch(/^east {2}postgresql:.* PostgreSQL \d+.*\n {2}goes here: RICH, A_\*\n/);
    expect(listed.stdout).toMatch(/\n {2}A_2 +1\n/);
    const moved = await callCli(["targets", "move", "A_2", "--to", "west", "--targets", path]);
    expect(moved.code, moved.stderr).toBe(0);
    expect(moved.stdout).toMatch(/^Moved A_2 \(2 nodes\) from east to west in .*\nTo be made again:\n/);
    expect(moved.stdout).toContain('at west: copycat index add T --dataset "/A_2"');
    const json = await callCli([
      "targets",
      "move",
      "A_2",
      "--to",
      "west",
      "--targets",
      path,
      "--json",
      "--quiet",
    ]);
    expect(JSON.parse(json.stdout)).toMatchObject({ status: "there", switched: false });
    expect(json.stderr).toBe("");
  });
});
