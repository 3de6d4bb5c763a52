// Where the time of an invocation went: a bar for each part, below each other, on one scale.

import { shortTime } from "./invocations.js";

const names = { waiting: "Waiting", init: "Init", handler: "Handler", database: "Database" };

/** Draws the parts into a list. Each has its name and its time in words, so that no bar has to be seen. */
export function drawTimeline(list, parts, { milliseconds }) {
  const whole = Math.max(milliseconds ?? 0, 0.001);
  // Nobody waits for what takes no time.
  const shown = parts.filter((part) => part.kind !== "waiting" || part.milliseconds >= 0.05 || parts.length === 1);
  list.replaceChildren(...shown.map((part) => row(part, whole)));
  list.hidden = !shown.length;
}

function row(part, whole) {
  const { kind, start, milliseconds, error } = part;
  const element = document.createElement("li");
  element.className = kind;
  element.classList.toggle("failing", Boolean(error));
  const words = document.createElement("span");
  words.textContent = wordsFor(part);
  const time = document.createElement("span");
  time.className = "total";
  time.textContent = shortTime(milliseconds);
  element.append(words, bar(start / whole, milliseconds / whole), time);
  return element;
}

function wordsFor({ kind, name, error, tries }) {
  const words = name ? `${names[kind]}: ${name}` : names[kind];
  if (!error) return words;
  return tries > 1 ? `${words}, ${error}, ${tries} times` : `${words}, ${error}`;
}

function bar(start, length) {
  const picture = draw("svg", { "aria-hidden": "true", height: 12 });
  const width = Math.min(1, Math.max(length, 0.004));
  const x = Math.min(start, 1 - width);
  picture.append(
    draw("rect", { class: "track", y: 5, width: "100%", height: 2 }),
    draw("rect", { class: "stretch", x: `${x * 100}%`, y: 1, width: `${width * 100}%`, height: 10, rx: 2 }),
  );
  return picture;
}

/** An element of SVG. */
export function draw(name, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}
