// Who there is, and who you are: accounts of the user pool, or a handle.

import { byId, isolate, link, say, statusOf, waiting } from "./elements.js";
import { explain, unmark } from "./problems.js";
import { send } from "./server.js";
import { stepOf } from "./steps.js";
import { userView } from "./views.js";

const [identity, account, handle, you] = ["identity", "account", "handle", "you"].map(byId);
const [code, password, newPassword] = ["code", "password", "new-password"].map(byId);

/** The accounts, by their sub. */
export const users = new Map();

/**
 * The handles of the accounts' rows, by sub; null for an account without a row. It is the API that knows them: the pool
 * has the handle that somebody asked for, which another may have had before.
 */
const handles = new Map();

// MARK: Who you are

/** The field that says who writes. */
export const author = () => (account.value ? account : handle);

/**
 * Posts in the name of who is chosen: by a token of the account, or by the handle in the body. No token is kept: those
 * of a server that was started anew meanwhile would be foreign to it.
 */
export async function post(path, body) {
  const sub = account.value;
  if (!sub) return send("POST", path, { body: { ...body, user_handle: handle.value.trim() } });
  const answer = await send("POST", `${pathOf(sub)}/token`);
  if (answer.ok) {
    const posted = await send("POST", path, { body, token: answer.body.id_token });
    if (isRowMissing(posted)) know(sub, null);
    return posted;
  }
  return answer.status === 404 ? { ...answer, body: { codes: ["account_gone"] } } : answer;
}

/** Whose password is being reset, by their sub. */
let resetting = null;

/** Goes on with the code for a new password. */
export function resetPasswordOf({ sub }) {
  resetting = sub;
  showAccount();
}

/** Begins with an account, or with its next step: what was typed was for another one. */
export function beginAnew() {
  resetting = null;
  for (const field of [code, password, newPassword]) field.value = "";
}

/** The account that is chosen. */
export const chosenUser = () => users.get(account.value);

/** What an account is waiting for. */
export const currentStep = (user) => stepOf(user, resetting === user.sub);

/** Remembers who is chosen, in this tab, and shows what can be done with them. */
function keepIdentity() {
  [account, handle].forEach(unmark);
  byId("by-handle").hidden = account.value !== "";
  byId("by-account").hidden = account.value === "";
  sessionStorage.setItem("identity", JSON.stringify([account.value, handle.value]));
  showAccount();
}

/** Shows what is known of the account, and what can be done with it in its state. */
export function showAccount() {
  const user = chosenUser();
  if (!user) return;
  const { words, fields, button } = currentStep(user);
  const known = handles.get(user.sub);
  if (words) you.textContent = words;
  else if (known) you.replaceChildren("You are ", link(`@${known}`, userView(known)), ".");
  else you.textContent = known === null ? "This account has no row. A sign-in, or a new password, may add it." : "";
  for (const field of [code, password, newPassword]) byId(`${field.id}-row`).hidden = !fields.includes(field);
  byId("code-hint").textContent =
    user.status === "UNCONFIRMED" ? "Without one, an administrator confirms." : "Without one, it counts as given.";
  byId("act").textContent = button;
  byId("resend-code").hidden = user.status !== "UNCONFIRMED";
  byId("forgot-password").hidden = !["CONFIRMED", "RESET_REQUIRED"].includes(user.status);
}

// MARK: Accounts

/** Where an account's steps are sent to. */
export const pathOf = (sub) => `/cognito/users/${encodeURIComponent(sub)}`;

/** Whether somebody could sign in, and so may have tokens. */
export const isReady = ({ status }) => ["CONFIRMED", "EXTERNAL_PROVIDER"].includes(status);

/** Lists who has signed up, and chooses one of them by their sub; whoever is chosen stays if no other is wanted. */
export async function loadAccounts(wanted = account.value) {
  const answer = await send("GET", "/cognito/users");
  if (!answer.ok) return say(statusOf(identity), explain(answer), true);
  const previous = account.value;
  users.clear();
  for (const user of answer.body) users.set(user.sub, user);
  const options = answer.body.map((user) => Object.assign(new Option(labelOf(user), user.sub), { dir: "auto" }));
  account.replaceChildren(...options, account.lastElementChild);
  account.value = wanted;
  if (account.selectedIndex < 0) account.value = ""; // An account of a server that ran before.
  if (account.value !== previous) chooseAnother();
  keepIdentity();
}

/** What was typed and said was about somebody else. */
function chooseAnother() {
  beginAnew();
  say(statusOf(identity), "");
}

/** Shows what an account is now. */
export function update(user) {
  users.set(user.sub, user);
  relabel(user.sub);
}

/** Knows nothing of an account any more, which is deleted. */
export const forget = ({ sub }) => handles.delete(sub);

/**
 * Asks for the handles that are not known yet, one after the other: no start of a bootstrap is worth them. Where one
 * cannot be learned, the others would only be waited for.
 */
async function learnHandles() {
  for (const [sub, user] of users) {
    if (!isReady(user)) continue;
    if (!handles.has(sub)) await learnHandle(sub);
    if (!handles.has(sub)) return;
  }
}

/** Asks the API, in an account's name, who it is. What cannot be learned now is asked when the account is chosen. */
export async function learnHandle(sub) {
  const token = await send("POST", `${pathOf(sub)}/token`);
  if (!token.ok) return;
  const answer = await send("GET", "/api/users/me", { token: token.body.id_token });
  if (answer.ok) know(sub, answer.body.handle);
  else if (isRowMissing(answer)) know(sub, null);
}

const isRowMissing = (answer) => answer.body?.codes?.includes("user_missing");

/** Shows what is known of an account now. */
function know(sub, itsHandle) {
  handles.set(sub, itsHandle);
  relabel(sub);
}

function relabel(sub) {
  const option = [...account.options].find(({ value }) => value === sub);
  if (option && users.has(sub)) option.textContent = labelOf(users.get(sub));
  showAccount();
}

/** How an account is listed. The name comes first, where typing finds it. */
function labelOf(user) {
  const { sub, name, email, preferred_username, username } = user;
  const known = handles.get(sub);
  const first = name ?? (known ? `@${known}` : email ?? preferred_username ?? username);
  const state = isReady(user) ? known === null && "no row" : stateNames[user.status];
  const second = state || (name && (known ? `@${known}` : email));
  return second ? `${first} (${isolate(second)})` : first;
}

/** What somebody is called in a sentence. */
export const nameOf = (user) => (handles.get(user.sub) ? `@${handles.get(user.sub)}` : labelOf(user));

const stateNames = {
  UNCONFIRMED: "not confirmed",
  FORCE_CHANGE_PASSWORD: "no password yet",
  RESET_REQUIRED: "no password yet",
};

/** Lists the accounts, and lets one be chosen. */
export async function startPeople() {
  identity.addEventListener("input", ({ target }) => {
    if (target !== account && target !== handle) return;
    chooseAnother();
    keepIdentity();
    const user = chosenUser();
    if (!user || !isReady(user) || handles.has(user.sub)) return;
    waiting(statusOf(identity), "Asking for the handle…", learnHandle(user.sub));
  });
  const [rememberedAccount, rememberedHandle] = JSON.parse(sessionStorage.getItem("identity") ?? '["", ""]');
  handle.value = rememberedHandle;
  identity.ariaBusy = "true";
  await waiting(statusOf(identity), "Loading the accounts…", loadAccounts(rememberedAccount));
  await learnHandles();
  identity.ariaBusy = null;
}
