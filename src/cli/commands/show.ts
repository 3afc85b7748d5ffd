// copycat show: one node.

import type { Command } from "commander";
import { getNode, type NodeDetails, requireCatalog } from "../../catalog/index.ts";
import { showTargets } from "../../targets/index.ts";
import { reportMissing, withCatalogs } from "../openTargets.ts";
import { dsnOption, jsonOption, quietOption, targetsOption } from "../options.ts";
import { formatCount, printJson, printResult } from "../output.ts";
import { withDatabase } from "../withDatabase.ts";

interface ShowFlags {
  dsn?: string;
  targets?: string;
  json: boolean;
  quiet: boolean;
}

export function addShowCommand(program: Command): void {
  program
    .command("show")
    .description("Show one node: metadata, structure, data source, assets, children.")
    .argument("[path]", "keys from the root, such as VDP/H_0001; the root when left out", "/")
    .addOption(dsnOption())
    .addOption(targetsOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (path: string, flags: ShowFlags) => {
      if (flags.targets !== undefined) return printOfTargets(flags.targets, path, flags);
      const node = await withDatabase("show", { ...flags, mustExist: true }, async ({ database }) => {
        await requireCatalog(database);
        return getNode(database, path);
      });
      if (flags.json) printJson(node);
      else printResult(formatNode(node));
    });
}

/** The root is at each target; anything else at one. */
async function printOfTargets(targets: string, path: string, { json, quiet }: ShowFlags): Promise<void> {
  await withCatalogs("show", { targets, quiet }, async (opened) => {
    const found = await showTargets(opened, path);
    if (json) printJson(found);
    else {
      for (const { target, ...node } of found.nodes)
        printResult(`${formatNode(node)}\n  target    ${target}`);
    }
    reportMissing(opened, found.missing);
  });
}

function formatNode(node: NodeDetails): string {
  const lines = [
    `${node.path}  (${node.structureFamily}, id ${node.id}${node.revisions > 0 ? `, ${node.revisions} earlier versions` : ""})`,
    `  updated   ${node.timeUpdated}`,
    `  metadata  ${indent(JSON.stringify(node.metadata, null, 2))}`,
  ];
  const source = node.dataSource;
  if (source !== null) {
    lines.push(
      `  data      ${source.mimetype}, ${source.management}, parameters ${JSON.stringify(source.parameters)}`,
      `  structure ${source.structureId}: ${JSON.stringify(source.structure)}`,
      ...source.assets.map((asset) => `  asset     ${asset.dataUri} (${formatCount(asset.size ?? 0)} bytes)`),
    );
  }
  const { count, keys } = node.children;
  if (count > 0) {
    const more = count > keys.length ? `, and ${formatCount(count - keys.length)} more` : "";
    lines.push(`  children  ${formatCount(count)}: ${keys.join(", ")}${more}`);
  }
  return lines.join("\n");
}

function indent(text: string): string {
  return text.replaceAll("\n", "\n            ");
}
