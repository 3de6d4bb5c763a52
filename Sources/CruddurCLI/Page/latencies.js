// The strip of latencies: a bar for each of the last invocations, the newest on the right. Each line of the scale is ten
// times the one below.

import { byId } from "./elements.js";
import { lengthOf, shortTime } from "./invocations.js";
import { draw } from "./timeline.js";

const [picture, caption] = ["latencies", "latencies-caption"].map(byId);
const [base, top, pitch, margin] = [124, 14, 9, 56];
const [least, most] = [0.4, 20_000]; // Milliseconds, at the bottom and at the top.
const lines = [1, 10, 100, 1000, 10_000];
const kept = 200;

/** The entries, by number. */
const entries = new Map();
let width = 0;
let timer;

/** Shows an entry as the last bar, or in the bar that it has. */
export function showLatency(entry) {
  entries.set(entry.number, entry);
  while (entries.size > kept) entries.delete(Math.min(...entries.keys()));
  plan(0);
}

/** Begins anew. */
export function clearLatencies() {
  entries.clear();
  plan(0);
}

/** Many changes at once are one picture, and what is running grows. */
function plan(delay) {
  clearTimeout(timer);
  timer = setTimeout(paint, delay);
}

const calm = matchMedia("(prefers-reduced-motion: reduce)");

function paint() {
  const room = Math.max(1, Math.floor((width - margin) / pitch));
  const shown = [...entries.values()].sort((a, b) => a.number - b.number).slice(-room);
  const left = margin + (room - shown.length) * pitch;
  picture.replaceChildren(...grid(), ...shown.flatMap((entry, index) => bar(entry, left + index * pitch)));
  caption.textContent = words(shown.filter(({ kind }) => kind !== "action"));
  if (shown.some(({ state }) => state === "running")) plan(calm.matches ? 1000 : 100);
}

const levelOf = (milliseconds) => {
  const share = Math.log(Math.max(milliseconds, least) / least) / Math.log(most / least);
  return base - Math.min(1, share) * (base - top);
};

function grid() {
  return lines.flatMap((milliseconds) => {
    const y = Math.round(levelOf(milliseconds)) + 0.5;
    const label = draw("text", { x: margin - 8, y: y + 3.5, "text-anchor": "end" });
    label.textContent = milliseconds < 1000 ? `${milliseconds} ms` : `${milliseconds / 1000} s`;
    return [draw("line", { class: "grid", x1: margin, x2: "100%", y1: y, y2: y }), label];
  });
}

/** A cold start is hollow, what is running is broken, and a mark on top says that it failed or was refused. */
function bar(entry, x) {
  const { kind, state, init } = entry;
  const middle = x + (pitch - 2) / 2;
  if (kind === "action") return [draw("line", { class: "action", x1: middle, x2: middle, y1: top - 8, y2: base })];
  const y = levelOf(lengthOf(entry));
  const form = state === "running" ? "running" : init ? "cold" : "warm";
  const place = { x: x + 0.5, y, width: pitch - 3, height: Math.max(1, base - y), rx: 1.5 };
  const shape = draw("rect", { class: `bar ${form} ${state}`, ...place });
  const title = draw("title", {});
  title.textContent = `${entry.name}, ${shortTime(lengthOf(entry))}`;
  shape.append(title);
  return [shape, ...mark(state, middle, y - 5)];
}

function mark(state, x, y) {
  if (state === "failed") return [draw("path", { class: "mark failed", d: `M${x - 3} ${y - 3}l6 6m0 -6l-6 6` })];
  if (state === "refused") return [draw("path", { class: "mark refused", d: `M${x} ${y - 3}l3 6h-6z` })];
  return [];
}

/** What the picture shows, in words. */
function words(shown) {
  const ended = shown.filter(({ state }) => state !== "running");
  if (!ended.length) return "Latencies: nothing has ended yet";
  const sorted = ended.map(lengthOf).sort((a, b) => a - b);
  const rank = (share) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  const count = (number, words) => (number ? [`${number} ${words}`] : []);
  return [
    `Latencies of ${ended.length}: p50 ${shortTime(rank(0.5))}`,
    `p95 ${shortTime(rank(0.95))}`,
    `max ${shortTime(sorted.at(-1))}`,
    ...count(ended.filter(({ init }) => init).length, "cold"),
    ...count(ended.filter(({ state }) => state === "refused").length, "refused"),
    ...count(ended.filter(({ state }) => state === "failed").length, "failed"),
    ...count(shown.length - ended.length, "running"),
  ].join(" · ");
}

new ResizeObserver(([{ contentRect }]) => {
  width = contentRect.width;
  plan(0);
}).observe(picture);
