// `npm run bench -- load ...` from the root: which measurement, and its options.

type Run = (args: string[]) => Promise<void>;

/** Each brings packages of its own, so only the one that is asked for is read. */
const benchmarks: Readonly<Record<string, () => Promise<{ run: Run }>>> = {
  load: () => import("./load/run.ts"),
  draw: () => import("./load/draw.ts"),
  increment: () => import("./increment/run.ts"),
  scan: () => import("./scan/run.ts"),
  query: () => import("./query/run.ts"),
  read: () => import("./read/run.ts"),
  manifest: () => import("./manifest/run.ts"),
  simulation: () => import("./simulation/run.ts"),
  library: () => import("./library/run.ts"),
  servers: () => import("./servers/run.ts"),
  citus: () => import("./citus/run.ts"),
  soak: () => import("./soak/run.ts"),
};

const [name = "", ...args] = process.argv.slice(2);
const open = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
if (open === undefined) {
  console.error(
    `Usage: npm run bench -- ${Object.keys(benchmarks).join("|")} [options]; see bench/README.md.`,
  );
  process.exitCode = 2;
} else {
  const { run } = await open();
  await run(args);
}
