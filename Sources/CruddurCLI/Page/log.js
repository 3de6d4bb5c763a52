// The list of requests: when each was sent, which event the function got, and what came of it.

import { byId } from "./elements.js";

const maximum = 20;
const [log, rows, latest, template] = ["log", "requests", "latest-request", "request"].map(byId);
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

/** Adds a request that was answered, or was not. */
export function record({ method, path, at }, answer) {
  const row = template.content.cloneNode(true).firstElementChild;
  const part = (selector) => row.querySelector(selector);
  const milliseconds = answer.milliseconds.toFixed(1);
  part(".line").textContent = `${method} ${shortened(path)}`;
  part(".line").title = path;
  part("time").dateTime = at.toISOString();
  part("time").textContent = clock.format(at);
  part(".event").textContent = answer.event?.name ?? "no event";
  part(".request-id").textContent = shortened(answer.event?.requestID ?? "");
  part(".request-id").title = answer.event?.requestID ?? "";
  part(".code").textContent = answer.status || "none";
  part(".milliseconds").textContent = milliseconds;
  row.classList.toggle("failed", !answer.ok);
  rows.prepend(row);
  while (rows.rows.length > maximum) rows.lastElementChild.remove();
  latest.textContent = `${method} ${shortened(path)}, ${answer.status || "no answer"}, ${milliseconds} ms`;
}

/**
 * The beginning of a UUID tells it from the few others, and a handle may make a path of thousands of characters; all of
 * it is in the element's title.
 */
function shortened(text) {
  const short = text.replace(/\b([0-9a-f]{8})(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "$1…");
  return short.length > 80 ? `${short.slice(0, 80)}…` : short;
}

/** On a phone, twenty requests would be longer than all else: there the list is closed until somebody wants it. */
export function openWhereThereIsRoom() {
  log.open = matchMedia("(min-width: 52rem)").matches;
}
