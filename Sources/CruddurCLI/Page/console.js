// What the operator sees: a stream of server-sent events, each a row or a change of one.

import { byId, say } from "./elements.js";
import { clearRows, showClock, showEntry, startRows } from "./invocations.js";
import { clearLatencies, showLatency } from "./latencies.js";
import { startSwitches, switched } from "./switches.js";

const [status, list] = ["console-status", "invocations"].map(byId);

/** The id of the last event, behind which the next connection begins. */
let last = "";
let stream;
/** Says that it takes a while, or tries again. */
let timer;

function connect() {
  disconnect();
  timer = setTimeout(() => status.textContent || say(status, "Connecting…"), 300);
  stream = new EventSource(`/console/invocations?after=${encodeURIComponent(last)}`);
  stream.addEventListener("console", ({ data }) => begin(JSON.parse(data)));
  stream.addEventListener("entry", ({ data, lastEventId }) => {
    last = lastEventId;
    show(JSON.parse(data));
  });
  stream.addEventListener("error", lose);
}

function disconnect() {
  clearTimeout(timer);
  stream?.close();
  stream = null;
}

/** The connection stands. After another server's rows, those of this one begin anew. */
function begin({ now, isResumed }) {
  clearTimeout(timer);
  say(status, "");
  showClock(now);
  if (isResumed) return;
  clearRows();
  clearLatencies();
  list.ariaBusy = null;
}

/** A browser tries again by itself, unless the answer was an error, as a proxy's is. */
function lose() {
  say(status, "The connection is lost. Trying again…", true);
  if (stream?.readyState !== EventSource.CLOSED) return;
  clearTimeout(timer);
  timer = setTimeout(connect, 2000);
}

function show(entry) {
  showEntry(entry);
  showLatency(entry);
  if (entry.kind === "action") switched(entry);
}

/** Watches, but not while nobody looks: a browser has six connections for all tabs of a server. */
export function startConsole() {
  connect();
  startRows();
  startSwitches();
  document.addEventListener("visibilitychange", () => (document.hidden ? disconnect() : connect()));
}
