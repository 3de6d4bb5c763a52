// What forms have in common: one submission at a time, words while it lasts, and the length of a message.

import { byId, say, statusOf, waiting } from "./elements.js";
import { messageLimit, unmark } from "./problems.js";

/**
 * Runs `work`, and takes no second press of the button before it is done. The attribute `disabled` would say so as
 * well, and take the focus away from those who use the keyboard.
 */
async function once(button, work) {
  if (button.ariaDisabled === "true") return;
  button.ariaDisabled = "true";
  await work().finally(() => (button.ariaDisabled = null));
}

/** Does the work when a form is submitted, and says what is being done if it takes a while. */
export function onSubmit(form, words, work) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    once(form.querySelector("button"), () => {
      document.querySelectorAll("[aria-invalid]").forEach(unmark);
      say(statusOf(form), "");
      return waiting(statusOf(form), words, work());
    });
  });
}

/** Does the work when a button is pressed. */
export function onClick(button, work) {
  button.addEventListener("click", () => once(button, work));
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Shows the length of a message while it is written. Only the crossing of the limit is said aloud. */
export function countMessage(form) {
  const { message } = form.elements;
  message.addEventListener("input", () => {
    unmark(message);
    count(form);
  });
  count(form);
}

function count(form) {
  const { message } = form.elements;
  const length = [...graphemes.segment(message.value)].length;
  const counter = byId(`${message.id}-count`);
  const over = length > messageLimit;
  counter.textContent = `${length} of ${messageLimit} characters`;
  if (counter.classList.toggle("failed", over) !== form.over) say(statusOf(form), over ? "Too long." : "", over);
  form.over = over;
}

/** Clears a message that was sent, but not what was written since. */
export function clearMessage(form, sent) {
  if (form.elements.message.value === sent) form.elements.message.value = "";
  count(form);
}
