// Draws each figure from the table behind it, and answers to pointer and keys.
"use strict";

const kSvg = "http://www.w3.org/2000/svg";
const kFewPoints = 40; // of a curve that shows each
const kMostTold = 12; // curves that a readout lists

const element = (name, attributes = {}, text = "") => {
  const made = document.createElementNS(kSvg, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  return made;
};

// As many digits as tell values apart that differ by `grain`, and five at least.
const shown = (value, grain = Math.abs(value)) => {
  if (value === 0) return "0";
  const size = Math.abs(value);
  const needed = grain > 0 ? Math.ceil(Math.log10(size / grain)) + 1 : 5;
  const digits = Math.min(Math.max(needed, 5), 15);
  if (size >= 1e7 || size < 1e-4) return String(Number(value.toPrecision(digits - 2)).toExponential()).replace("e+", "e");
  if (size >= 1e4 && digits <= 5) return Math.round(value).toLocaleString("en");
  return String(Number(value.toPrecision(digits)));
};

// A number beside an axis.
const brief = (value, grain) => {
  const size = Math.abs(value);
  for (const [unit, letter] of [[1e9, "G"], [1e6, "M"], [1e3, "k"]]) {
    if (size >= 10 * unit || (unit > 1e3 && size >= unit)) return `${shown(value / unit, grain / unit)} ${letter}`;
  }
  return shown(value, grain);
};

// What a table says: [{name, colour, dashed, guide, points: [[x, y], ...]}, ...].
const curvesOf = (table) =>
  Array.from(table.tBodies, (body) => ({
    name: body.dataset.curve,
    colour: body.dataset.guide === undefined ? `var(--curve-${body.dataset.colour})` : "var(--guide)",
    dashed: body.dataset.dashed !== undefined,
    guide: body.dataset.guide !== undefined,
    // Its first row is the name.
    points: Array.from(body.rows)
      .slice(1)
      .map((row) => Array.from(row.cells, (cell) => Number(cell.firstElementChild.value))),
  }));

// Round numbers over an interval, about `wanted` of them; whole ones where all values are.
const linearTicks = (low, high, wanted, whole = false) => {
  const rough = Math.max((high - low) / wanted, whole ? 1 : 0);
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * magnitude).find((s) => s >= 0.8 * rough);
  const first = Math.ceil(low / step - 1e-9), last = Math.floor(high / step + 1e-9);
  const count = Math.min(last - first + 1, 4 * wanted);
  return Array.from({ length: Math.max(count, 0) }, (_, k) => Number(((first + k) * step).toPrecision(14)));
};

const logTicks = (low, high, wanted) => {
  const from = Math.floor(Math.log10(low)), to = Math.ceil(Math.log10(high));
  const every = Math.max(1, Math.ceil((to - from) / wanted));
  const within = (ticks) => ticks.filter((t) => t >= low * 0.999 && t <= high * 1.001);
  const decades = [];
  for (let e = from; e <= to; ++e) decades.push(Number(`1e${e}`));
  const sparse = within(decades.filter((_, k) => k % every === 0));
  if (sparse.length >= 3) return sparse;
  const finer = within(decades.flatMap((d) => [d, 2 * d, 5 * d]));
  return finer.length >= 2 ? finer : linearTicks(low, high, wanted);
};

// Of any number of values, which spread arguments are not good for.
const least = (values) => values.reduce((a, b) => Math.min(a, b), Infinity);
const most = (values) => values.reduce((a, b) => Math.max(a, b), -Infinity);

// An axis: from values to pixels.
const scale = (values, log, [start, end], fromZero, wanted) => {
  let low = least(values), high = most(values);
  if (fromZero) low = log ? low / 2 : Math.min(0, low);
  if (high - low <= 1e-9 * Math.max(Math.abs(low), Math.abs(high))) {
    const margin = log ? 0 : Math.abs(low) * 0.1 || 1;
    [low, high] = log ? [low / 2, high * 2] : [low - margin, high + margin];
  }
  const of = log ? Math.log10 : (value) => value;
  const ratio = (end - start) / (of(high) - of(low));
  const ticks = (log ? logTicks : linearTicks)(low, high, wanted, values.every(Number.isInteger));
  return {
    ticks,
    grain: log ? undefined : (high - low) / 1000, // that the eye would see
    tickGrain: log || ticks.length < 2 ? undefined : ticks[1] - ticks[0],
    place: (value) => start + (of(value) - of(low)) * ratio,
  };
};

class Figure {
  constructor(figure) {
    this.picture = figure.querySelector(".picture");
    this.readout = figure.querySelector(".readout");
    this.curves = curvesOf(figure.querySelector("table"));
    this.bars = figure.dataset.bars !== undefined;
    this.fromZero = figure.dataset.fromZero !== undefined;
    this.x = { label: figure.dataset.x, log: figure.dataset.logX !== undefined };
    this.y = { label: figure.dataset.y, log: figure.dataset.logY !== undefined };
    this.hidden = new Set();
    this.addControls(figure.querySelector(".controls"));
    this.picture.addEventListener("pointermove", (event) => this.hover(event));
    this.picture.addEventListener("pointerleave", () => this.tellNothing());
    this.picture.addEventListener("blur", () => this.tellNothing());
    this.picture.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.draw()).observe(this.picture);
  }

  addControls(controls) {
    const button = (text, pressed, clicked) => {
      const made = document.createElement("button");
      made.type = "button";
      made.append(text);
      made.setAttribute("aria-pressed", pressed);
      made.addEventListener("click", () => {
        made.setAttribute("aria-pressed", clicked());
        this.tellNothing();
        this.draw();
      });
      controls.append(made);
      return made;
    };
    const named = this.curves.filter((curve) => !curve.guide);
    if (named.length > 1) {
      for (const curve of named) {
        const toggle = button(curve.name, true, () => {
          if (!this.hidden.delete(curve)) this.hidden.add(curve);
          return !this.hidden.has(curve);
        });
        toggle.style.setProperty("--colour", curve.colour);
        toggle.classList.add("curve");
        toggle.classList.toggle("dashed", curve.dashed);
      }
    }
    const ys = this.curves.flatMap((curve) => curve.points.map((point) => point[1]));
    if (this.y.log || (!this.bars && ys.length > 1 && least(ys) > 0)) {
      button("log scale", this.y.log, () => (this.y.log = !this.y.log));
    }
  }

  // The curves to see, without what a logarithmic axis has no place for.
  visible() {
    const fits = ([x, y]) =>
      Number.isFinite(x) && Number.isFinite(y) && (!this.x.log || x > 0) && (!this.y.log || y > 0);
    return this.curves
      .filter((curve) => !this.hidden.has(curve))
      .map((curve) => ({ ...curve, points: curve.points.filter(fits) }))
      .filter((curve) => curve.points.length > 0);
  }

  draw() {
    const width = this.picture.clientWidth;
    if (width === 0) return;
    const height = Math.round(Math.min(Math.max(width * 0.62, 220), 380));
    const svg = element("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
    this.cursor = element("g");
    const curves = this.visible();
    const edge = { left: 62, right: width - 14, top: 24, bottom: height - 42 };
    if (curves.length > 0) {
      const bar = this.bars ? this.barWidth() / 2 : 0;
      const all = curves.flatMap((curve) => curve.points);
      const xs = all.flatMap(([x]) => (bar > 0 ? [x - bar, x + bar] : [x]));
      this.across = scale(xs, this.x.log, [edge.left, edge.right], this.fromZero, Math.max(width / 90, 4));
      this.up = scale(all.flatMap((point) => point.slice(1)), this.y.log, [edge.bottom, edge.top], this.bars || this.fromZero, Math.max(height / 60, 4));
      this.drawAxes(svg, edge);
      for (const curve of curves) svg.append(...this.drawn(curve, edge, bar));
    }
    svg.append(this.cursor);
    this.edge = edge;
    this.picture.querySelector("svg")?.remove();
    this.picture.prepend(svg);
  }

  drawAxes(svg, edge) {
    for (const tick of this.up.ticks) {
      const y = this.up.place(tick);
      svg.append(element("line", { class: "grid", x1: edge.left, x2: edge.right, y1: y, y2: y }));
      const words = brief(tick, this.up.tickGrain);
      svg.append(element("text", { x: edge.left - 8, y: y + 4, "text-anchor": "end" }, words));
    }
    let free = -Infinity; // to the left of it words stand
    for (const tick of this.across.ticks) {
      const x = this.across.place(tick);
      svg.append(element("line", { class: "grid", x1: x, x2: x, y1: edge.top, y2: edge.bottom }));
      const words = brief(tick, this.across.tickGrain), half = words.length * 3.8;
      const at = Math.min(x, edge.right + 12 - half); // not over the edge
      if (at - half < free) continue;
      free = at + half + 6;
      svg.append(element("text", { x: at, y: edge.bottom + 17, "text-anchor": "middle" }, words));
    }
    svg.append(element("text", { class: "label", x: edge.right, y: edge.bottom + 35, "text-anchor": "end" }, this.x.label));
    svg.append(element("text", { class: "label", x: 2, y: 13 }, this.y.label));
  }

  barWidth() {
    const points = this.curves[0].points;
    return points.length > 1 ? points[1][0] - points[0][0] : 1;
  }

  // A curve's bars, or its line and, if they are few, points.
  drawn(curve, edge, bar) {
    const style = { style: `--colour: ${curve.colour}`, "data-curve": curve.name };
    const at = ([x, y]) => `${this.across.place(x).toFixed(1)},${this.up.place(y).toFixed(1)}`;
    if (this.bars) {
      return curve.points.map(([x, y]) => {
        const left = this.across.place(x - bar), top = this.up.place(y);
        const width = this.across.place(x + bar) - left, height = edge.bottom - top;
        return element("rect", { ...style, class: "bar", x: left, y: top, width, height });
      });
    }
    const line = element("polyline", {
      ...style,
      class: curve.dashed ? "line dashed" : "line",
      points: curve.points.map(at).join(" "),
    });
    if (curve.guide || curve.points.length > kFewPoints) return [line];
    const ranges = curve.points.filter(([, , low, high]) => high > low).map(([x, , low, high]) =>
      element("line", { ...style, class: "line", x1: this.across.place(x), x2: this.across.place(x), y1: this.up.place(low), y2: this.up.place(high) })
    );
    const dots = curve.points.map(([x, y]) =>
      element("circle", { ...style, class: curve.dashed ? "dot hollow" : "dot", cx: this.across.place(x), cy: this.up.place(y), r: 2.6 })
    );
    return [line, ...ranges, ...dots];
  }

  hover(event) {
    const box = this.picture.getBoundingClientRect();
    this.tell(event.clientX - box.left, event.clientY - box.top);
  }

  // Along the points that there are.
  key(event) {
    if (event.key === "Escape") return this.tellNothing();
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined || !this.across) return;
    event.preventDefault();
    const curves = this.told();
    // Of one curve every point; of several every x that one of them has.
    const places = curves.length === 1
      ? curves[0].points
      : [...new Set(curves.flatMap((curve) => curve.points.map((point) => point[0])))]
          .sort((a, b) => a - b)
          .map((x) => [x, undefined]);
    if (places.length === 0) return;
    const from = this.at ?? (step > 0 ? -1 : places.length);
    const to = Math.min(Math.max(from + step, 0), places.length - 1);
    const [x, y] = places[to];
    this.tell(this.across.place(x), y === undefined ? this.edge.top : this.up.place(y));
    this.at = to;
  }

  told() {
    return this.visible().filter((curve) => !curve.guide);
  }

  // What the curves say at a place of the picture.
  tell(px, py) {
    const curves = this.told();
    if (!this.across || curves.length === 0) return;
    // Along several curves x counts, and y only between points of one x.
    const share = curves.length === 1 ? 1 : 1e-3;
    const distance = ([x, y]) =>
      Math.hypot(this.across.place(x) - px, share * (this.up.place(y) - py));
    const nearest = curves.map((curve) => ({
      curve,
      point: curve.points.reduce((best, point) => (distance(point) < distance(best) ? point : best)),
    }));
    const closest = nearest.reduce((best, n) => (distance(n.point) < distance(best.point) ? n : best));
    const x = closest.point[0];
    const here = nearest
      .filter((n) => Math.abs(this.across.place(n.point[0]) - this.across.place(x)) < 8)
      .sort((a, b) => b.point[1] - a.point[1]);
    this.at = undefined;

    this.cursor.replaceChildren(
      element("line", { x1: this.across.place(x), x2: this.across.place(x), y1: this.edge.top, y2: this.edge.bottom }),
      ...here.map(({ curve, point }) =>
        element("circle", {
          style: `--colour: ${curve.colour}`,
          cx: this.across.place(point[0]), cy: this.up.place(point[1]), r: 4.5,
        })
      )
    );
    const lines = here.slice(0, kMostTold).map(({ curve, point }) => {
      const line = document.createElement("span");
      line.style.setProperty("--colour", curve.colour);
      line.classList.toggle("hollow", curve.dashed);
      line.append(`${curve.name}: ${shown(point[1], this.up.grain)}`);
      return line;
    });
    const head = document.createElement("b");
    head.append(`${this.x.label} ${shown(x, this.across.grain)}`);
    this.readout.replaceChildren(head, ...lines);
    if (here.length > kMostTold) this.readout.append(`and ${here.length - kMostTold} more`);
    const left = this.across.place(x) < (this.edge.left + this.edge.right) / 2;
    this.readout.classList.toggle("to-the-right", left);
    this.readout.classList.add("tells");
  }

  tellNothing() {
    this.at = undefined;
    this.cursor?.replaceChildren();
    this.readout.replaceChildren();
    this.readout.classList.remove("tells");
  }
}

for (const figure of document.querySelectorAll("figure")) {
  try {
    new Figure(figure);
  } catch (error) {
    console.error(error); // the others are drawn yet
  }
}
