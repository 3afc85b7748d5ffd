// The commands on a catalog of Tiled 0.2.19 or newer.

import { beforeAll, describe, expect, it } from "vitest";
import { verifyCatalog } from "../../src/catalog/index.ts";
import { copyExamples } from "../interop/support/ours.ts";
import { callCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";
import { itRunsEveryCommand } from "../support/everyCommand.ts";
import { readNdjson, useFolder } from "../support/files.ts";
import { toNewerTiled } from "../support/newerTiled.ts";

const database = useDatabase();
const folder = useFolder();
const ingest = (...args: string[]) =>
  callCli(["ingest", ...args, "--dsn", database.dsn, "--json", "--quiet"]);

let inputs: ReturnType<typeof copyExamples>;

beforeAll(async () => {
  await toNewerTiled(database);
  inputs = copyExamples(folder);
});

describe("ingest", () => {
  it("fills it", async () => {
    const { code, stdout, stderr } = await ingest(inputs.vdp, inputs.edrixs);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: "completed", nodes: { rejected: 0 } });
  });

  it("and again, changes nothing", async () => {
    const { stdout } = await ingest(inputs.vdp, "--on-conflict", "update");
    expect(JSON.parse(stdout)).toMatchObject({ nodes: { inserted: 0, updated: 0 } });
  });

  it("ends with 3 for a record with an access_blob, which can be mended in the rejects file", async () => {
    const record = { path: "/mine", access_blob: { user: "alice" } };
    const file = folder.text("blob.ndjson", `${JSON.stringify(record)}\n`);
    const rejects = folder.path("rejects.ndjson");
    expect((await ingest(file, "--dry-run")).code).toBe(3);
    const { code, stdout } = await ingest(file, "--rejects", rejects);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ nodes: { rejected: 1 }, rejectsFile: rejects });
    const [reject] = await readNdjson(rejects);
    expect(reject).toMatchObject({ code: "access_blob_unsupported", record });
    const mended = { ...reject, record: { path: record.path } };
    const again = await ingest(folder.text("mended.ndjson", `${JSON.stringify(mended)}\n`));
    expect(JSON.parse(again.stdout)).toMatchObject({ nodes: { inserted: 1, rejected: 0 } });
  });
});

describe("every other command works", () => {
  itRunsEveryCommand(database);
});

it("left a sound catalog", async () => {
  expect(await verifyCatalog(database.database)).toMatchObject({ ok: true });
});
