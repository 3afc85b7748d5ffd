// The rates by size as a picture: both axes logarithmic, one line a way, its name at its end.

import { scaleLog } from "d3-scale";
import { line } from "d3-shape";
import { spreadOf } from "../support/statistics.ts";
import type { Run } from "./rounds.ts";
import type { Way, WayName } from "./types.ts";

interface Point {
  nodes: number;
  rate: number;
}

interface Series {
  name: WayName;
  label: string;
  points: Point[];
}

const size = { width: 880, height: 460 };
const margin = { left: 64, right: 310, top: 44, bottom: 52 };
const plot = { right: size.width - margin.right, bottom: size.height - margin.bottom };
const labelHeight = 15;

/** Grey says enough of the others: what is shown is where copycat and the floor lie. */
const style = `\
text { font: 12px system-ui, "Helvetica Neue", Arial, sans-serif; fill: #333; }
.title { font-size: 14px; font-weight: 600; }
.grid { stroke: #e3e3e3; } .tick { fill: #666; }
.line { fill: none; stroke: #8a8f98; stroke-width: 1.5; } .dot { fill: #8a8f98; }
.floor .line { stroke: #b7791f; stroke-width: 2; } .floor .dot, .floor text { fill: #b7791f; }
.ours .line { stroke: #1d6fd8; stroke-width: 3; } .ours .dot, .ours text { fill: #1d6fd8; } .ours text { font-weight: 600; }
@media (prefers-color-scheme: dark) {
  text { fill: #ddd; } .grid { stroke: #3a3d42; } .tick { fill: #a5a9b0; }
  .floor .line { stroke: #e0aa4f; } .floor .dot, .floor text { fill: #e0aa4f; }
  .ours .line { stroke: #6cb0ff; } .ours .dot, .ours text { fill: #6cb0ff; }
}`;

export function drawRates(runs: readonly Run[], ways: readonly Way[]): string {
  const series = ways.flatMap((way) => seriesOf(runs, way));
  const points = series.flatMap((one) => one.points);
  const x = scaleLog(paddedDomain(points.map(({ nodes }) => nodes)), [margin.left, plot.right]);
  const y = scaleLog(paddedDomain(points.map(({ rate }) => rate)), [plot.bottom, margin.top]);
  const path = line<Point>(
    ({ nodes }) => x(nodes),
    ({ rate }) => y(rate),
  );
  const labels = spreadLabels(series, y);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="Load rate by size">
<style>${style}</style>
<text class="title" x="${margin.left}" y="22">Nodes loaded a second, by the number of nodes</text>
${powersOfTen(x.domain())
  .map((value) => verticalLine(x(value), value))
  .join("\n")}
${powersOfTen(y.domain())
  .map((value) => horizontalLine(y(value), value))
  .join("\n")}
<text class="tick" x="${(margin.left + plot.right) / 2}" y="${size.height - 12}" text-anchor="middle">nodes</text>
${series.map((one) => drawSeries(one, path(one.points) ?? "", { x, y, labelY: labels.get(one.name) ?? 0 })).join("\n")}
</svg>
`;
}

/** Samples of the same size in several runs are one point. */
function seriesOf(runs: readonly Run[], { name, label }: Way): Series[] {
  const own = runs.filter(({ way }) => way === name);
  if (own.length === 0) return [];
  // That of HTTP ends by the clock: each round has another size, and all are one point.
  const sizeOf = (run: Run): number => (name === "http" ? 0 : run.nodes);
  const sizes = [...new Set(own.map(sizeOf))];
  const points = sizes.map((nodes) => {
    const group = own.filter((run) => sizeOf(run) === nodes);
    return {
      nodes: spreadOf(group.map((run) => run.nodes)).median,
      rate: spreadOf(group.map((run) => run.nodesPerSecond)).median,
    };
  });
  return [{ name, label, points: points.toSorted((a, b) => a.nodes - b.nodes) }];
}

function paddedDomain(values: readonly number[]): [number, number] {
  return [Math.min(...values) / 1.5, Math.max(...values) * 1.5];
}

function powersOfTen([low = 1, high = 1]: readonly number[]): number[] {
  const first = Math.ceil(Math.log10(low));
  return Array.from(
    { length: Math.floor(Math.log10(high)) - first + 1 },
    (_unused, index) => 10 ** (first + index),
  );
}

type Scale = (value: number) => number;

function drawSeries(
  { name, label, points }: Series,
  path: string,
  { x, y, labelY }: { x: Scale; y: Scale; labelY: number },
): string {
  const last = points.at(-1) ?? { nodes: 1, rate: 1 };
  const dots = points.map(
    (p) => `<circle class="dot" cx="${round(x(p.nodes))}" cy="${round(y(p.rate))}" r="3"/>`,
  );
  const [endX, endY] = [round(x(last.nodes)), round(y(last.rate))];
  const text = `${escapeXml(label)}: ${Math.round(last.rate).toLocaleString("en-US")}/s`;
  // A line that ends early (a sample), or whose label had to move, leads to its label.
  const leader = `<path class="grid" fill="none" d="M${endX + 5},${endY} L${plot.right + 4},${round(labelY)}"/>`;
  return (
    `<g class="${name}">${leader}<path class="line" d="${path}"/>${dots.join("")}` +
    `<text x="${plot.right + 8}" y="${round(labelY + 4)}">${text}</text></g>`
  );
}

/** From the top down, each at least a line below the one before; then up again from the bottom if they ran out of it. */
function spreadLabels(series: readonly Series[], y: Scale): Map<WayName, number> {
  const wanted = series
    .map(({ name, points }) => ({ name, at: y(points.at(-1)?.rate ?? 1) }))
    .toSorted((a, b) => a.at - b.at);
  let lowest = Number.NEGATIVE_INFINITY;
  for (const label of wanted) lowest = label.at = Math.max(label.at, lowest + labelHeight);
  let highest = plot.bottom + labelHeight;
  for (const label of wanted.toReversed()) highest = label.at = Math.min(label.at, highest - labelHeight);
  return new Map(wanted.map(({ name, at }) => [name, at]));
}

function verticalLine(at: number, value: number): string {
  const x = round(at);
  return (
    `<line class="grid" x1="${x}" x2="${x}" y1="${margin.top}" y2="${plot.bottom}"/>` +
    `<text class="tick" x="${x}" y="${plot.bottom + 18}" text-anchor="middle">${value.toLocaleString("en-US")}</text>`
  );
}

function horizontalLine(at: number, value: number): string {
  const y = round(at);
  return (
    `<line class="grid" x1="${margin.left}" x2="${plot.right}" y1="${y}" y2="${y}"/>` +
    `<text class="tick" x="${margin.left - 8}" y="${y + 4}" text-anchor="end">${value.toLocaleString("en-US")}</text>`
  );
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
