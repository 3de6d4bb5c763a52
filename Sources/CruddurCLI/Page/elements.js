// The parts of the page, and what is said in them.

/** The element of an id. */
export const byId = (id) => document.getElementById(id);

/** A form's own status, which screen readers say when it changes. */
export const statusOf = (form) => form.querySelector("[role=status]");

/** Replaces what a status says, by text and elements. */
export function say(status, words, failed = false) {
  status.replaceChildren(...[words].flat());
  status.classList.toggle("failed", failed);
}

/** Says what is being waited for until it is done, where that takes a while and nothing else has been said. */
export async function waiting(status, words, work) {
  const word = document.createTextNode(words);
  const timer = setTimeout(() => status.textContent || say(status, word), 300);
  return work.finally(() => {
    clearTimeout(timer);
    word.remove();
  });
}

/** Text that is broken behind what joins its words: the parts of a path, of a name or of a query. */
export function breakable(text) {
  const parts = text.split(/(?<=[/_.?&])(?=[^/_.?&])/);
  return parts.flatMap((part, index) => (index ? [document.createElement("wbr"), part] : [part]));
}

/** A link to another view of the activities. */
export function link(text, href) {
  return Object.assign(document.createElement("a"), { textContent: text, href, dir: "auto" });
}

/** Keeps what is written from right to left from moving what stands beside it. */
export const isolate = (text) => `\u2068${text}\u2069`;

/** How long an answer took. */
export const taken = (answer) => `${answer.milliseconds.toFixed(answer.milliseconds < 10 ? 1 : 0)} ms`;
