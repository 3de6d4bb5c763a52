// What a row opens: the timeline, the event, the answer and the log of an invocation.

import { byId, say, statusOf, waiting } from "./elements.js";
import { shortTime } from "./invocations.js";
import { bodyOf, indented } from "./json.js";
import { explain } from "./problems.js";
import { send } from "./server.js";
import { drawTimeline } from "./timeline.js";

const template = byId("invocation-details");

/** Which parts are open, as somebody has left them. */
const openParts = JSON.parse(localStorage.getItem("parts") ?? "{}");

/** Asks for the details of an invocation, and shows them in `place`. Where that fails, what is shown stays. */
export async function showDetails(place, { number }) {
  if (!place.firstElementChild) place.append(prepared());
  const content = place.firstElementChild;
  const question = (place.question = (place.question ?? 0) + 1);
  const answer = await waiting(statusOf(content), "Loading…", send("GET", `/console/invocations/${number}`));
  if (question !== place.question) return;
  if (!answer.ok) return say(statusOf(content), explain(answer), true);
  say(statusOf(content), "");
  fill(content, answer.body, number);
}

function prepared() {
  const content = template.content.cloneNode(true).firstElementChild;
  for (const part of content.querySelectorAll("details")) {
    part.open = openParts[part.dataset.part] ?? true;
    part.addEventListener("toggle", () => {
      openParts[part.dataset.part] = part.open;
      localStorage.setItem("parts", JSON.stringify(openParts));
    });
  }
  return content;
}

function fill(content, details, number) {
  const { summary, timeline, report } = details;
  drawTimeline(content.querySelector(".timeline"), timeline ?? [], summary);
  showReport(content.querySelector(".report"), report ?? `RequestId: ${summary.requestId}`);
  for (const part of content.querySelectorAll("details")) {
    const name = part.dataset.part;
    const { text, bytes } = details[name] ?? { text: "", bytes: 0 };
    const heading = { event: "Event", answer: summary.state === "failed" ? "Error" : "Answer", log: "Log" }[name];
    part.hidden = !bytes;
    part.querySelector("summary").textContent = `${heading}, ${size(bytes)}`;
    part.querySelector("a").href = `/console/invocations/${number}/${name}`;
    part.querySelector("a").ariaLabel = `Save the ${heading.toLowerCase()}`;
    part.querySelector("pre").ariaLabel = heading;
    const nodes = name === "log" ? logLines(text) : documentNodes(text, bytes);
    part.querySelector("pre").replaceChildren(...nodes);
  }
}

/** JSON by its structure, and below it the JSON that is a string in it: the body of an HTTP request or answer. */
function documentNodes(text, bytes) {
  const isWhole = new TextEncoder().encode(text).length >= bytes;
  if (!isWhole) return [text, remark("… All of it is in the file that Save gives.")];
  const body = bodyOf(text);
  return body ? [...indented(text), remark("Its body:"), ...indented(body)] : indented(text);
}

/** Lambda's line, each of its fields together. */
function showReport(list, report) {
  const fields = report.split("\t").filter(Boolean);
  list.replaceChildren(...fields.map((textContent) => Object.assign(document.createElement("li"), { textContent })));
}

function remark(words) {
  return Object.assign(document.createElement("span"), { className: "remark", textContent: words });
}

/** Each line by its level, which it names, in either of Lambda's formats. */
function logLines(text) {
  const lines = text.split("\n").filter(Boolean);
  return lines.map((line) => {
    const [, level = ""] = /^\S+ ([A-Z]+) /.exec(line) ?? /"level":"([A-Z]+)"/.exec(line) ?? [];
    const className = `level-${level.toLowerCase()}`;
    return Object.assign(document.createElement("span"), { className, textContent: `${line}\n` });
  });
}

function size(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
