// The activities: a view of them, and what is written.

import { articleOf, fill, item, nameParents } from "./activity.js";
import { byId, link, say, statusOf, taken, waiting } from "./elements.js";
import { clearMessage, countMessage, onClick, onSubmit } from "./forms.js";
import { author, post } from "./people.js";
import { explain, showFailure } from "./problems.js";
import { send } from "./server.js";
import { homeView, threadView, viewOf } from "./views.js";

const [write, reply, feed, replies, older] = ["write", "reply", "feed", "replies", "older"].map(byId);
const [heading, feedStatus, empty, wayHome] = ["feed-heading", "feed-status", "feed-empty", "way-home"].map(byId);

/** What the list shows. */
let view = viewOf(location.hash);
/** Counts what was asked for, so that an answer that is late is not taken for that of the last question. */
let question = 0;

// MARK: Reading

/** Shows the view of the page's address. */
async function show() {
  view = viewOf(location.hash);
  heading.textContent = view.heading;
  document.title = view.heading === "Activities" ? "Cruddur" : `${view.heading} – Cruddur`;
  wayHome.hidden = view === viewOf(homeView);
  placeReply();
  showPage([], { body: [], next: null });
  empty.hidden = true;
  return load();
}

/** Loads the view's first page. Where that fails, what is shown stays. */
async function load() {
  const mine = ++question;
  say(feedStatus, "");
  feed.ariaBusy = "true";
  const work = Promise.all([lineTo(view.subject), send("GET", view.path)]);
  const [line, page] = await waiting(feedStatus, "Loading…", work);
  if (mine !== question) return null;
  feed.ariaBusy = null;
  const failed = [line.failure, page].find((answer) => answer && !answer.ok);
  if (failed) {
    say(feedStatus, explain(failed), true);
    return null;
  }
  const { uuid } = reply.closest("article")?.dataset ?? {};
  showPage(line, page);
  placeReply(articleOf(uuid));
  return page;
}

/** The activities from the thread's beginning to `uuid`, as far as they are there; none without a `uuid`. */
async function lineTo(uuid) {
  const longest = 20;
  const line = [];
  for (let next = uuid; next && line.length < longest; ) {
    const answer = await send("GET", `/api/activities/${encodeURIComponent(next)}`);
    if (!answer.ok && !line.length) return Object.assign(line, { failure: answer });
    if (!answer.ok) return Object.assign(line, { above: "What this replies to is gone." });
    line.unshift(answer.body);
    next = answer.body.reply_to_activity_uuid;
    if (next && line.length === longest) line.above = link("Further up in the thread", threadView(next));
  }
  return line;
}

function showPage(line, page) {
  feed.replaceChildren();
  replies.replaceChildren();
  if (line.above) feed.append(aside(line.above));
  feed.append(...line.map((activity) => item(activity, openReply)));
  if (view.subject) feed.lastElementChild?.setAttribute("aria-current", "true");
  add(page);
  empty.textContent = view.empty;
  empty.hidden = list().children.length > 0;
}

/** What stands in a thread's line for activities that are not shown. */
function aside(words) {
  const element = document.createElement("li");
  element.append(words);
  element.className = "aside";
  return element;
}

/** Where the pages of the view go. */
const list = () => (view.subject ? replies : feed);

/** A feed is read from the newest on, a thread's replies from the oldest: what is older stands above. */
function add({ body, next }) {
  if (view.subject) replies.prepend(...body.toReversed().map((activity) => item(activity, openReply)));
  else feed.append(...body.map((activity) => item(activity, openReply)));
  nameParents();
  older.textContent = view.older;
  older.hidden = !next;
  older.dataset.path = next ?? "";
}

async function refresh() {
  const answer = await load();
  if (answer) say(feedStatus, `Refreshed in ${taken(answer)}.`);
}

async function loadOlder() {
  const { path } = older.dataset;
  const shown = list().children.length;
  say(feedStatus, "");
  const answer = await waiting(feedStatus, "Loading…", send("GET", path));
  if (path !== older.dataset.path) return; // The list was replaced meanwhile.
  if (!answer.ok) return say(feedStatus, explain(answer), true);
  add(answer);
  say(feedStatus, `${answer.body.length} more, in ${taken(answer)}.`);
  list().children[view.subject ? 0 : shown]?.querySelector("h3").focus();
}

// MARK: Writing

async function writeActivity() {
  const message = write.elements.message.value;
  const answer = await post("/api/activities", { message, ttl: write.elements.ttl.value });
  if (!answer.ok) return showFailure(write, answer, author());
  clearMessage(write, message);
  say(statusOf(write), `Posted in ${taken(answer)}.`);
  if (view === viewOf(homeView)) return load();
  history.pushState(null, "", homeView);
  return show();
}

async function sendReply() {
  const article = reply.closest("article");
  const { uuid } = article.dataset;
  const message = reply.elements.message.value;
  const answer = await post(`/api/activities/${uuid}/reply`, { message });
  if (!answer.ok) return showFailure(reply, answer, author());
  clearMessage(reply, message);
  if (reply.closest("article")?.dataset.uuid === uuid) closeReply();
  showReply(answer.body);
  const parent = await send("GET", `/api/activities/${uuid}`);
  // The list may have been replaced meanwhile. Success is said where the reply was written.
  const current = articleOf(uuid);
  if (!current) return say(feedStatus, `Replied in ${taken(answer)}.`);
  if (parent.ok) fill(current, parent.body);
  const way = view.subject === uuid ? [] : [" ", link("Read the thread", threadView(uuid))];
  say(statusOf(current), [`Replied in ${taken(answer)}.`, ...way]);
}

/** A new reply is the newest of all, and the last one of its thread. */
function showReply(activity) {
  const { handle, reply_to_activity_uuid: parent } = activity;
  if (view.subject ? view.subject !== parent : view.handle && view.handle !== handle) return;
  const element = item(activity, openReply);
  if (view.subject) replies.append(element);
  else feed.prepend(element);
  nameParents();
  empty.hidden = true;
}

function openReply(article) {
  placeReply(article);
  reply.elements.message.focus();
}

/** Where there is no article for the form, it waits out of sight, with its draft. */
function placeReply(article) {
  (article ?? document.body).append(reply);
  reply.hidden = !article;
}

function closeReply() {
  const button = reply.closest("article").querySelector("button");
  placeReply();
  button.focus();
}

/** Makes the list and its forms work, and loads what the page's address says. */
export async function startFeed() {
  onSubmit(write, "Posting…", writeActivity);
  onSubmit(reply, "Sending…", sendReply);
  onClick(byId("refresh"), refresh);
  onClick(older, loadOlder);
  byId("cancel").addEventListener("click", closeReply);
  reply.addEventListener("keydown", ({ key }) => key === "Escape" && closeReply());
  [write, reply].forEach(countMessage);
  addEventListener("hashchange", async () => {
    if (location.hash && !location.hash.startsWith(homeView)) return; // A place on the page, which shows what it did.
    const shown = show();
    heading.focus(); // As on a new page, whoever follows a link goes on reading there.
    await shown;
  });
  await show();
}
