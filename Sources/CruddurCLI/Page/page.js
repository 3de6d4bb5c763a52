// The page of `cruddur serve`. What came from a person or the server becomes text, never markup. Nothing is checked
// here first: the words beside a field are the server's verdict.

const limit = 280; // Characters of a message, as a person counts them.
const pageSize = 20;
const logLength = 20;
const patience = 60_000; // Milliseconds. A sign-up may take three attempts of five seconds.

const byId = (id) => document.getElementById(id);
const [signUp, identity, write, reply] = ["sign-up", "identity", "write", "reply"].map(byId);
const [account, handle, feed, older] = ["account", "handle", "feed", "older"].map(byId);
const feedStatus = byId("feed-status");

// MARK: Requests

/** Sends a request and reads its whole answer. Does not throw: where no answer comes, the status is 0. */
async function send(method, path, { body, token } = {}) {
  const headers = {};
  if (body) headers["content-type"] = "application/json";
  if (token) headers.authorization = `Bearer ${token}`;
  const options = { method, headers, body: body && JSON.stringify(body), cache: "no-store" };
  const start = performance.now();
  const answer = await fetch(path, { ...options, signal: AbortSignal.timeout(patience) }).then(read).catch(noAnswer);
  answer.milliseconds = performance.now() - start;
  log(method, path, answer);
  return answer;
}

async function read(response) {
  const text = await response.text();
  return { status: response.status, ok: response.ok, body: parse(text), next: nextPage(response) };
}

/** The network's own error says no more than that it failed; the browser's console has it, too. */
function noAnswer() {
  return { status: 0, ok: false, body: null, next: null };
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null; // A proxy's page, for example: the status has to do.
  }
}

/** The path and query of a link header's rel="next" (RFC 8288), which is relative to what was asked for. */
function nextPage(response) {
  const target = /<([^>]*)>\s*;\s*rel="?next"?/.exec(response.headers.get("link") ?? "")?.[1];
  if (target === undefined) return null;
  const { pathname, search } = new URL(target, response.url);
  return pathname + search;
}

function log(method, path, answer) {
  const row = document.createElement("tr");
  const cells = [`${method} ${path}`, answer.status || "none", answer.milliseconds.toFixed(1)];
  for (const cell of cells) row.insertCell().textContent = cell;
  row.classList.toggle("failed", !answer.ok);
  const rows = byId("requests");
  rows.prepend(row);
  while (rows.rows.length > logLength) rows.lastChild.remove();
}

const taken = (answer) => `${answer.milliseconds.toFixed(answer.milliseconds < 10 ? 1 : 0)} ms`;

// MARK: Errors

/** For each code the field that it is about, null where it is about none, and words for it. */
const problems = {
  message_blank: ["message", "Write something first."],
  message_exceed_max_chars: ["message", `This is longer than ${limit} characters, or 8,192 bytes.`],
  message_invalid: ["message", "There is a character in it that cannot be stored."],
  ttl_blank: ["ttl", "Choose how long it shall live."],
  ttl_unknown: ["ttl", "Choose one of the times in the list."],
  user_handle_blank: ["author", "Say who you are first."],
  user_handle_unknown: ["author", "Nobody has this handle."],
  user_missing: ["author", "This account has no row: the trigger failed at its sign-up."],
  account_gone: ["author", "This account ended with the server where it signed up. Sign up again."],
  author_unknown: ["author", "The function takes nobody’s word for a handle. Choose an account."],
  activity_not_found: [null, "This activity is gone."],
  internal_error: [null, "The function failed. Its log says why."],
  database_unavailable: [null, "The database is away. Nothing was stored."],
};

/** Shows what failed, in words, beside the fields that it is about, or else in the form's status. */
function showFailure(form, answer) {
  const rest = [];
  for (const code of answer.body?.codes ?? []) {
    const [name, words] = problems[code] ?? [null, answer.body.detail ?? code];
    const field = name === "author" ? author() : form.elements[name];
    if (field) mark(field, words);
    else rest.push(words);
  }
  const first = document.querySelector("[aria-invalid]");
  if (rest.length || !first) say(statusOf(form), rest.join(" ") || explain(answer), true);
  first?.focus();
}

/** What is known of a failure without codes. */
function explain({ status, body }) {
  if (!status) return "No answer came. Is cruddur serve still running?";
  return body?.message ?? body?.detail ?? body?.title ?? `The answer was ${status}.`;
}

function mark(field, words) {
  field.setAttribute("aria-invalid", "true");
  byId(`${field.id}-error`).textContent = words;
}

function unmark(field) {
  field.removeAttribute("aria-invalid");
  byId(`${field.id}-error`).textContent = "";
}

const statusOf = (form) => form.querySelector("[role=status]");

function say(status, words, failed = false) {
  status.textContent = words;
  status.classList.toggle("failed", failed);
}

// MARK: Forms

/**
 * Runs `work`, and takes no second press of the button before it is done. The attribute `disabled` would say so as
 * well, and take the focus away from those who use the keyboard.
 */
async function once(button, work) {
  if (button.ariaDisabled === "true") return;
  button.ariaDisabled = "true";
  await work().finally(() => (button.ariaDisabled = null));
}

function onSubmit(form, work) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    once(form.querySelector("button"), () => {
      document.querySelectorAll("[aria-invalid]").forEach(unmark);
      say(statusOf(form), "");
      return work();
    });
  });
}

function onClick(button, work) {
  button.addEventListener("click", () => once(button, work));
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Shows the length of a message while it is written. Only the crossing of the limit is said aloud. */
function count(form) {
  const { message } = form.elements;
  const length = [...graphemes.segment(message.value)].length;
  const counter = byId(`${message.id}-count`);
  const over = length > limit;
  counter.textContent = `${length} of ${limit} characters`;
  if (counter.classList.toggle("failed", over) !== form.over) say(statusOf(form), over ? "Too long." : "", over);
  form.over = over;
}

/** Clears a message that was sent, but not what was written since. */
function clear(form, sent) {
  if (form.elements.message.value === sent) form.elements.message.value = "";
  count(form);
}

// MARK: People

/** The field that says who writes. */
const author = () => (account.value ? account : handle);

async function signSomebodyUp() {
  const { name, preferred_username, email } = signUp.elements;
  const body = { name: name.value, preferred_username: preferred_username.value, email: email.value };
  const answer = await send("POST", "/cognito/users", { body });
  const { user, attempts } = answer.body ?? {};
  if (user) {
    signUp.reset();
    await loadAccounts(answer.ok ? user.sub : account.value);
  }
  if (answer.ok) say(statusOf(signUp), `Confirmed in ${taken(answer)}. You are now ${isolate(nameOf(user))}.`);
  else if (user) say(statusOf(signUp), refusal(answer.body.message, attempts), true);
  else say(statusOf(signUp), answer.status ? `Cognito says: ${explain(answer)}` : explain(answer), true);
}

function refusal(message, attempts) {
  const times = attempts === 1 ? "once" : `${attempts} times`;
  return `Cognito says: ${message} It tried ${times}. The account is confirmed in spite of it, without a row.`;
}

async function loadAccounts(chosen = account.value) {
  const answer = await send("GET", "/cognito/users");
  if (!answer.ok) return say(statusOf(identity), explain(answer), true);
  const options = answer.body.map((user) => Object.assign(new Option(nameOf(user), user.sub), { dir: "auto" }));
  account.replaceChildren(...options, account.lastElementChild);
  account.value = chosen;
  if (account.selectedIndex < 0) account.value = ""; // An account of a server that ran before.
  keepIdentity();
}

/** What somebody is known by. The name comes first, where typing finds it in a list. */
function nameOf({ name, preferred_username, email }) {
  const [first, second] = [name, preferred_username && `@${preferred_username}`, email].filter(Boolean);
  return second ? `${first} (${isolate(second)})` : first;
}

/** Keeps what is written from right to left from moving what stands beside it. */
const isolate = (text) => `\u2068${text}\u2069`;

function keepIdentity() {
  [account, handle].forEach(unmark);
  byId("by-handle").hidden = account.value !== "";
  sessionStorage.setItem("identity", JSON.stringify([account.value, handle.value]));
}

/**
 * Posts in the name of who is chosen: by a token of the account, or by the handle in the body. No token is kept: those
 * of a server that was started anew meanwhile would be foreign to it.
 */
async function post(path, body) {
  const sub = account.value;
  if (!sub) return send("POST", path, { body: { ...body, user_handle: handle.value.trim() } });
  const answer = await send("POST", `/cognito/users/${encodeURIComponent(sub)}/token`);
  if (answer.ok) return send("POST", path, { body, token: answer.body.id_token });
  return answer.status === 404 ? { ...answer, body: { codes: ["account_gone"] } } : answer;
}

// MARK: Activities

const activities = new Map();
const home = `/api/activities/home?limit=${pageSize}`;
const localTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

async function writeActivity() {
  const message = write.elements.message.value;
  const answer = await post("/api/activities", { message, ttl: write.elements.ttl.value });
  if (!answer.ok) return showFailure(write, answer);
  clear(write, message);
  say(statusOf(write), `Posted in ${taken(answer)}.`);
  await loadFeed();
}

async function sendReply() {
  const { uuid } = reply.closest("article").dataset;
  const message = reply.elements.message.value;
  const answer = await post(`/api/activities/${uuid}/reply`, { message });
  if (!answer.ok) return showFailure(reply, answer);
  clear(reply, message);
  say(feedStatus, `Replied in ${taken(answer)}.`);
  if (reply.closest("article")?.dataset.uuid === uuid) closeReply();
  activities.set(answer.body.uuid, answer.body);
  feed.prepend(item(answer.body));
  const parent = await send("GET", `/api/activities/${uuid}`);
  const article = articleOf(uuid);
  if (parent.ok && article) fill(article, parent.body);
}

/** Loads the first page. Where that fails, what is shown stays. */
async function loadFeed() {
  const answer = await send("GET", home);
  if (!answer.ok) return say(feedStatus, failureOf(answer), true);
  const { uuid } = reply.closest("article")?.dataset ?? {};
  activities.clear();
  feed.replaceChildren();
  add(answer);
  placeReply(articleOf(uuid));
  say(feedStatus, answer.body.length ? "" : "Nobody has written anything yet.");
  return answer;
}

async function refresh() {
  const answer = await loadFeed();
  if (answer?.body.length) say(feedStatus, `Refreshed in ${taken(answer)}.`);
}

async function loadOlder() {
  const { path } = older.dataset;
  const answer = await send("GET", path);
  if (path !== older.dataset.path) return; // The list was refreshed meanwhile.
  if (!answer.ok) return say(feedStatus, failureOf(answer), true);
  const shown = feed.children.length;
  add(answer);
  say(feedStatus, `${answer.body.length} more, in ${taken(answer)}.`);
  feed.children[shown]?.querySelector("h3").focus();
}

const failureOf = (answer) => problems[answer.body?.codes?.[0]]?.[1] ?? explain(answer);

function add({ body, next }) {
  for (const activity of body) activities.set(activity.uuid, activity);
  feed.append(...body.map(item));
  older.hidden = !next;
  older.dataset.path = next ?? "";
}

function item(activity) {
  const element = byId("activity").content.cloneNode(true).firstElementChild;
  const article = element.querySelector("article");
  fill(article, activity);
  element.querySelector("button").addEventListener("click", () => openReply(article));
  return element;
}

function fill(article, activity) {
  const { uuid, display_name, message, replies_count, reply_to_activity_uuid: parent } = activity;
  const part = (selector) => article.querySelector(selector);
  article.dataset.uuid = uuid;
  part(".name").textContent = part("button bdi").textContent = display_name;
  part(".handle").textContent = `@${activity.handle}`;
  part(".message").textContent = message;
  part(".replies").textContent = replies_count === 1 ? "1 reply" : `${replies_count} replies`;
  setTime(part(".created"), activity.created_at);
  if (activity.expires_at) setTime(part(".expires"), activity.expires_at);
  part(".expiry").hidden = !activity.expires_at;
  part(".context").hidden = !parent;
  part(".context bdi").textContent = activities.get(parent)?.display_name ?? "an activity further down";
}

/** HTML knows milliseconds, the server microseconds. */
function setTime(element, instant) {
  const date = new Date(instant);
  element.dateTime = date.toISOString();
  element.textContent = localTime.format(date);
}

function articleOf(uuid) {
  return [...feed.querySelectorAll("article")].find((article) => article.dataset.uuid === uuid);
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

// MARK: Start

onSubmit(signUp, signSomebodyUp);
onSubmit(write, writeActivity);
onSubmit(reply, sendReply);
onClick(byId("refresh"), refresh);
onClick(older, loadOlder);
byId("cancel").addEventListener("click", closeReply);
reply.addEventListener("keydown", ({ key }) => key === "Escape" && closeReply());
identity.addEventListener("submit", (event) => event.preventDefault());
identity.addEventListener("input", keepIdentity);
for (const form of [write, reply]) {
  form.elements.message.addEventListener("input", ({ target }) => {
    unmark(target);
    count(form);
  });
  count(form);
}

const [rememberedAccount, rememberedHandle] = JSON.parse(sessionStorage.getItem("identity") ?? '["", ""]');
handle.value = rememberedHandle;
await Promise.all([loadAccounts(rememberedAccount), loadFeed()]);
