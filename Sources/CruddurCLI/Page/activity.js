// One activity in a list.

import { byId } from "./elements.js";
import { threadView, userView } from "./views.js";

const [template, feed, replies] = ["activity", "feed", "replies"].map(byId);
const localTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

const articles = () => [feed, replies].flatMap((list) => [...list.querySelectorAll("article")]);

/** The shown article of an activity; undefined where there is none. */
export const articleOf = (uuid) => articles().find((article) => article.dataset.uuid === uuid);

/** Says of each reply whom it answers, as far as that is shown: in a feed, it mostly stands further down. */
export function nameParents() {
  const shown = articles();
  const names = new Map(shown.map((article) => [article.dataset.uuid, article.querySelector(".name").textContent]));
  for (const article of shown) {
    article.querySelector(".context bdi").textContent = names.get(article.dataset.parent) ?? "an activity before it";
  }
}

/** The list's element of an activity; `onReply` is given its article. */
export function item(activity, onReply) {
  const element = template.content.cloneNode(true).firstElementChild;
  const article = element.querySelector("article");
  fill(article, activity);
  element.querySelector("button").addEventListener("click", () => onReply(article));
  return element;
}

/** Shows an activity in its article. What came from a person becomes text, never markup. */
export function fill(article, activity) {
  const { uuid, display_name, handle, message, replies_count, reply_to_activity_uuid: parent } = activity;
  const part = (selector) => article.querySelector(selector);
  article.dataset.uuid = uuid;
  article.dataset.parent = parent ?? "";
  part(".name").textContent = part("button bdi").textContent = display_name;
  part(".handle").textContent = `@${handle}`;
  part(".handle").href = userView(handle);
  part(".message").textContent = message;
  part(".replies").textContent = replies_count === 1 ? "1 reply" : `${replies_count} replies`;
  part(".replies").href = threadView(uuid);
  setTime(part(".created"), activity.created_at);
  if (activity.expires_at) setTime(part(".expires"), activity.expires_at);
  part(".expiry").hidden = !activity.expires_at;
  part(".context").hidden = !parent;
  if (parent) part(".context a").href = threadView(parent);
}

/** HTML knows milliseconds, the server microseconds. */
function setTime(element, instant) {
  const date = new Date(instant);
  element.dateTime = date.toISOString();
  element.textContent = localTime.format(date);
}
