// The chart of the last ten minutes: lines drawn as SVG, moving to the left as time goes by.

import { byId, element, setText, svgElement } from "./dom.js";
import { formatRate, formatShort } from "./format.js";

const minutes = 10;
const height = 230;
const edge = { top: 26, right: 12, bottom: 26, left: 52 };
/** The newest step is drawn in when it is there as a whole: the right edge is that far behind. */
const lagSteps = 2;

/** The smallest of 1, 2, 5 times a power of ten with which at most four lines reach `most`. */
export function niceStep(most) {
  const least = Math.max(most, 1) / 4;
  const power = 10 ** Math.floor(Math.log10(least));
  return Math.max(
    1,
    [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least),
  );
}

/** Points of a line as an SVG path. */
export function linePath(rates, { stepWidth, scale }) {
  return rates
    .map(
      (rate, index) =>
        `${index === 0 ? "M" : "L"}${(index * stepWidth).toFixed(1)} ${(-rate * scale).toFixed(1)}`,
    )
    .join("");
}

/** Means of three steps: loads of a second or two would draw a saw. */
export function smooth(rates) {
  return rates.map((_rate, index) => {
    const around = rates.slice(Math.max(0, index - 1), index + 2);
    return around.reduce((sum, rate) => sum + rate, 0) / around.length;
  });
}

export class Chart {
  #svg = byId("chart");
  #legend = byId("legend");
  #series = null;
  #cameMs = 0;
  /** What the vertical axis reaches, on its way to what it should. */
  #top = 0;
  #width = 0;
  #drawn = "";
  #moving;
  #lines = new Map();

  constructor() {
    new ResizeObserver(() => this.draw()).observe(this.#svg);
  }

  /** @param series `rates` of /v1/status */
  take(series) {
    const smoothed = Object.entries(series.stores).map(([store, rates]) => [store, smooth(rates)]);
    this.#series = { ...series, stores: Object.fromEntries(smoothed) };
    this.#cameMs = performance.now();
    this.#describe();
    this.draw();
  }

  /** Called often; does what is needed. */
  draw() {
    const width = Math.round(this.#svg.getBoundingClientRect().width);
    if (this.#series === null || width === 0) return;
    if (width !== this.#width) this.#frame(width);
    this.#moveAxis();
    const { stepMs, ageMs, stores } = this.#series;
    const plotWidth = width - edge.left - edge.right;
    const stepWidth = (plotWidth * stepMs) / (minutes * 60_000);
    const scale = (height - edge.top - edge.bottom) / this.#top;
    const drawn = `${this.#cameMs} ${this.#top} ${width}`;
    if (drawn !== this.#drawn) {
      this.#drawn = drawn;
      for (const [store, rates] of Object.entries(stores)) {
        // Where nothing came there is no line: four of them at 0 would hide each other.
        const path = rates.some((rate) => rate > 0) ? linePath(rates, { stepWidth, scale }) : "";
        this.#lines.get(store)?.setAttribute("d", path);
      }
      this.#drawGrid(plotWidth, scale);
    }
    const count = Object.values(stores)[0].length;
    const steps = (ageMs + performance.now() - this.#cameMs) / stepMs - lagSteps;
    const x = plotWidth - (count - 1 + steps) * stepWidth;
    this.#moving.setAttribute("transform", `translate(${x.toFixed(2)} 0)`);
  }

  #moveAxis() {
    const most = Math.max(...Object.values(this.#series.stores).flat());
    const step = niceStep(most);
    const target = Math.max(4, Math.ceil(most / step) * step);
    const isNear = Math.abs(target - this.#top) < target / 100;
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#top = isNear || isStill || this.#top === 0 ? target : this.#top + (target - this.#top) / 4;
  }

  #frame(width) {
    this.#width = width;
    const [plotWidth, plotHeight] = [width - edge.left - edge.right, height - edge.top - edge.bottom];
    this.#svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const clip = svgElement("clipPath", { id: "plot" });
    clip.append(svgElement("rect", { x: 0, y: -plotHeight - 3, width: plotWidth, height: plotHeight + 6 }));
    this.#moving = svgElement("g");
    this.#lines.clear();
    for (const store of Object.keys(this.#series.stores)) {
      const line = svgElement("path", { class: `line ${store}` });
      this.#lines.set(store, line);
      this.#moving.append(line);
    }
    const plot = svgElement("g", { transform: `translate(${edge.left} ${height - edge.bottom})` });
    const lines = svgElement("g", { "clip-path": "url(#plot)" }, this.#moving);
    plot.append(svgElement("g", { class: "grid" }), this.#timeAxis(plotWidth), lines);
    const unit = svgElement("text", { x: 0, y: 9, class: "unit" }, "records/s, means of 6 s");
    this.#svg.replaceChildren(svgElement("defs", {}, clip), plot, unit);
  }

  #timeAxis(plotWidth) {
    const axis = svgElement("g", { class: "axis" });
    const every = plotWidth < 400 ? 5 : 2;
    for (let minute = 0; minute <= minutes; minute += every) {
      const x = plotWidth * (1 - minute / minutes);
      axis.append(svgElement("line", { x1: x, x2: x, y1: 0, y2: 4 }));
      const anchor = minute === 0 ? "end" : "middle";
      const text = minute === 0 ? "now" : `${minute} min ago`;
      axis.append(svgElement("text", { x, y: 18, "text-anchor": anchor }, text));
    }
    return axis;
  }

  #drawGrid(plotWidth, scale) {
    const grid = this.#svg.querySelector(".grid");
    grid.replaceChildren();
    const step = niceStep(this.#top);
    for (let rate = 0; rate <= this.#top + step / 100; rate += step) {
      const y = -rate * scale;
      grid.append(svgElement("line", { x1: 0, x2: plotWidth, y1: y, y2: y }));
      grid.append(svgElement("text", { x: -8, y: y + 4, "text-anchor": "end" }, formatShort(rate)));
    }
  }

  /** The legend, and the same for who cannot see the lines. */
  #describe() {
    const told = Object.entries(this.#series.stores).map(([store, rates]) => {
      const most = Math.max(...rates);
      this.#tellLegend(store, rates.at(-1), most);
      return most === 0
        ? `${store}: nothing`
        : `${store}: ${formatRate(rates.at(-1))} now, ${formatRate(most)} at most`;
    });
    setText(byId("chart-text"), `${told.join("; ")}.`);
  }

  #tellLegend(store, now, most) {
    let row = this.#legend.querySelector(`.${store}`);
    if (row === null) {
      const sample = svgElement("svg", { viewBox: "0 0 28 8", "aria-hidden": "true" });
      sample.append(svgElement("path", { d: "M0 4H28", class: `line ${store}` }));
      row = element("li", { class: store }, sample, element("b", {}, store), element("span", {}));
      this.#legend.append(row);
    }
    const text = most === 0 ? "nothing" : `${formatRate(now)} now, at most ${formatRate(most)}`;
    setText(row.querySelector("span"), text);
  }
}
