// The rows of the console, and what opens below one.

import { breakable, byId } from "./elements.js";
import { showDetails } from "./details.js";

const [list, empty, sample] = ["invocations", "invocations-empty", "sample-command"].map(byId);
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium", hourCycle: "h23" });

/** As many as the server keeps. */
const maximum = 200;

/** The entries that are shown and their elements, by number. */
const rows = new Map();

/** How far this computer's clock is ahead of the server's, in milliseconds. */
let ahead = 0;

/** Takes the server's time, by which it is known how long something has been running. */
export function showClock(now) {
  ahead = Date.now() - now;
  empty.hidden = rows.size > 0;
}

/** A number of milliseconds, to three digits. */
export function shortTime(milliseconds) {
  if (milliseconds >= 9_995) return `${(milliseconds / 1000).toFixed(1)} s`;
  if (milliseconds >= 999.5) return `${(milliseconds / 1000).toFixed(2)} s`;
  return `${milliseconds.toFixed(milliseconds >= 99.95 ? 0 : milliseconds >= 9.995 ? 1 : 2)} ms`;
}

/** How long an entry took, or has been running. */
export const lengthOf = ({ time, milliseconds }) => milliseconds ?? Math.max(0, Date.now() - ahead - time);

/** Shows an entry, as a new row above the others, or in the row that it has. */
export function showEntry(entry) {
  const { number } = entry;
  const element = rows.get(number)?.element ?? insert(entry);
  const previous = rows.get(number)?.entry;
  rows.set(number, { entry, element });
  fill(element, entry);
  if (previous?.state === "running" && element.querySelector("[aria-expanded=true]")) open(element, entry);
  forget();
  tick();
}

/** Takes away all rows: they were those of another server. */
export function clearRows() {
  rows.clear();
  list.replaceChildren();
  empty.hidden = false;
}

function insert(entry) {
  const element = byId(entry.kind === "action" ? "action" : "invocation").content.cloneNode(true).firstElementChild;
  const button = element.querySelector("button");
  element.querySelector("time").dateTime = new Date(entry.time).toISOString();
  element.querySelector("time").textContent = clock.format(entry.time);
  if (button) {
    const details = element.querySelector(".details");
    details.id = `invocation-${entry.number}`;
    button.setAttribute("aria-controls", details.id);
    button.addEventListener("click", () => toggle(element, entry.number));
  }
  const next = [...rows].filter(([number]) => number < entry.number).sort(([a], [b]) => b - a)[0]?.[1].element;
  list.insertBefore(element, next ?? null);
  empty.hidden = true;
  return element;
}

function fill(element, entry) {
  const part = (selector) => element.querySelector(selector);
  element.dataset.state = entry.state;
  element.dataset.kind = entry.kind;
  part(".name").replaceChildren(...breakable(entry.name));
  part(".name").title = entry.name;
  const outcome = entry.state === "running" ? "running" : (entry.outcome ?? "done");
  part(".outcome").replaceChildren(...breakable(outcome));
  part(".total").textContent = shortTime(lengthOf(entry));
  if (part(".badge")) part(".badge").hidden = !entry.init;
}

/** What has ended longest ago goes first, as on the server. */
function forget() {
  while (rows.size > maximum) {
    const numbers = (isMeant) => [...rows].filter(([, { entry }]) => isMeant(entry)).map(([number]) => number);
    const ended = numbers(({ state }) => state !== "running");
    const number = Math.min(...(ended.length ? ended : numbers(({ kind }) => kind !== "action")));
    rows.get(number).element.remove();
    rows.delete(number);
  }
}

// MARK: What is running

const calm = matchMedia("(prefers-reduced-motion: reduce)");
let timer;

/** Counts on, while something is running. */
function tick() {
  clearTimeout(timer);
  const running = [...rows.values()].filter(({ entry }) => entry.state === "running");
  for (const { entry, element } of running) element.querySelector(".total").textContent = shortTime(lengthOf(entry));
  if (running.length) timer = setTimeout(tick, calm.matches ? 1000 : 100);
}

// MARK: Details

function toggle(element, number) {
  const button = element.querySelector("button");
  const isOpen = button.ariaExpanded === "true";
  button.ariaExpanded = String(!isOpen);
  element.querySelector(".details").hidden = isOpen;
  if (!isOpen) open(element, rows.get(number).entry);
}

const open = (element, entry) => showDetails(element.querySelector(".details"), entry);

/** Makes the list work by the arrow keys, too, and says how to begin. */
export function startRows() {
  sample.textContent =
    `aws lambda invoke --endpoint-url ${location.origin} --function-name cruddur \\\n` +
    "  --payload fileb://events/health.json /dev/stdout";
  list.addEventListener("keydown", (event) => {
    const buttons = [...list.querySelectorAll("button.entry")];
    const index = buttons.indexOf(document.activeElement);
    if (index < 0) return;
    const places = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: buttons.length - 1 };
    const button = buttons[places[event.key]];
    if (!button) return;
    event.preventDefault();
    button.focus();
  });
}
