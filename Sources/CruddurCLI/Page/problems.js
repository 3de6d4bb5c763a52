// What failed, in words, beside what it is about.

import { byId, say, statusOf } from "./elements.js";

/** Characters of a message, as a person counts them. */
export const messageLimit = 280;

/** For each code the field that it is about, null where it is about none, and words for it. */
const problems = {
  message_blank: ["message", "Write something first."],
  message_exceed_max_chars: ["message", `This is longer than ${messageLimit} characters, or 8,192 bytes.`],
  message_invalid: ["message", "There is a character in it that cannot be stored."],
  ttl_blank: ["ttl", "Choose how long it shall live."],
  ttl_unknown: ["ttl", "Choose one of the times in the list."],
  user_handle_blank: ["author", "Say who you are first."],
  user_handle_unknown: ["author", "Nobody has this handle."],
  user_missing: ["author", "This account has no row: the trigger failed at its sign-up."],
  account_gone: ["author", "This account ended with the server where it signed up. Sign up again."],
  author_unknown: ["author", "The function takes nobody’s word for a handle. Choose an account."],
  activity_not_found: [null, "This activity is gone."],
  user_not_found: [null, "Nobody has this handle."],
  uuid_invalid: [null, "There is no such activity."],
  internal_error: [null, "The function failed. Its log says why."],
  database_unavailable: [null, "The database is away. Try again in a moment."],
};

/** What is known of a failure, in words. */
export function explain({ status, body }) {
  if (!status) return "No answer came. Is cruddur serve still running?";
  const words = (body?.codes ?? []).map((code) => problems[code]?.[1]).filter(Boolean);
  return words.join(" ") || (body?.message ?? body?.detail ?? body?.title ?? `The answer was ${status}.`);
}

/** Whether it was the function that failed, and not Cognito that refused. */
export const isOfTrigger = (answer) => /Lambda/.test(answer.body?.__type);

/** What Cognito tells of a trigger that failed, and what has happened all the same. */
export function refusal(answer, consequence) {
  if (!answer.status) return explain(answer);
  const { user, attempts } = answer.body ?? {};
  const words = `Cognito says: ${explain(answer)}`;
  if (!user || !isOfTrigger(answer)) return words;
  return `${words} It tried ${attempts === 1 ? "once" : `${attempts} times`}. ${consequence}`;
}

/** Shows why nothing was sent, beside the fields that it is about, or else in the form's status. */
export function showFailure(form, answer, author) {
  const rest = [];
  for (const code of answer.body?.codes ?? []) {
    const [name, words] = problems[code] ?? [null, answer.body.detail ?? code];
    const field = name === "author" ? author : form.elements[name];
    if (field) mark(field, words);
    else rest.push(words);
  }
  const first = document.querySelector("[aria-invalid]");
  if (rest.length || !first) {
    const words = [rest.join(" ") || explain(answer)];
    // What failed on its way, or late, may have been done all the same.
    if (!answer.status || answer.status >= 500) words.push("Refresh to see whether it was stored.");
    say(statusOf(form), words.join(" "), true);
  }
  first?.focus();
}

function mark(field, words) {
  field.setAttribute("aria-invalid", "true");
  byId(`${field.id}-error`).textContent = words;
}

/** Takes back what was said of a field. */
export function unmark(field) {
  field.removeAttribute("aria-invalid");
  byId(`${field.id}-error`).textContent = "";
}
