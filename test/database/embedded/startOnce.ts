// Started as a process of its own: node --import tsx startOnce.ts FOLDER. Prints what startEmbedded answers.

import { startEmbedded } from "../../../src/database/embedded/index.ts";

const folder = process.argv[2];
if (folder === undefined) throw new Error("usage: startOnce.ts FOLDER");
process.stdout.write(`${JSON.stringify(await startEmbedded({ folder, durable: false }))}\n`);
