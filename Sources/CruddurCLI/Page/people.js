// Who there is, and who you are: accounts of the user pool, or a handle.

import { byId, isolate, link, say, statusOf, taken, waiting } from "./elements.js";
import { onClick, onSubmit } from "./forms.js";
import { explain, unmark } from "./problems.js";
import { send } from "./server.js";
import { userView } from "./views.js";

const [signUp, identity, account, handle, you] = ["sign-up", "identity", "account", "handle", "you"].map(byId);

/** The accounts, by their sub. */
const users = new Map();

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

/** Remembers who is chosen, in this tab, and shows what can be done with them. */
function keepIdentity() {
  [account, handle].forEach(unmark);
  byId("by-handle").hidden = account.value !== "";
  byId("by-account").hidden = account.value === "";
  sessionStorage.setItem("identity", JSON.stringify([account.value, handle.value]));
  showHandle();
}

function showHandle() {
  const known = handles.get(account.value);
  if (known) you.replaceChildren("You are ", link(`@${known}`, userView(known)), ".");
  else you.textContent = known === null ? "This account has no row. A forgotten password may add it." : "";
}

// MARK: Accounts

const pathOf = (sub) => `/cognito/users/${encodeURIComponent(sub)}`;

/** Lists who has signed up. */
async function loadAccounts(chosen = account.value) {
  const answer = await send("GET", "/cognito/users");
  if (!answer.ok) return say(statusOf(identity), explain(answer), true);
  users.clear();
  for (const user of answer.body) users.set(user.sub, user);
  const options = answer.body.map((user) => Object.assign(new Option(labelOf(user), user.sub), { dir: "auto" }));
  account.replaceChildren(...options, account.lastElementChild);
  account.value = chosen;
  if (account.selectedIndex < 0) account.value = ""; // An account of a server that ran before.
  keepIdentity();
}

/**
 * Asks for the handles that are not known yet, one after the other: no start of a bootstrap is worth them. Where one
 * cannot be learned, the others would only be waited for.
 */
async function learnHandles() {
  for (const sub of users.keys()) {
    if (!handles.has(sub)) await learnHandle(sub);
    if (!handles.has(sub)) return;
  }
}

/** Asks the API, in an account's name, who it is. What cannot be learned now is asked when the account is chosen. */
async function learnHandle(sub) {
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
  const option = [...account.options].find(({ value }) => value === sub);
  if (option && users.has(sub)) option.textContent = labelOf(users.get(sub));
  showHandle();
}

/** How an account is listed. The name comes first, where typing finds it. */
function labelOf({ sub, name, email, preferred_username }) {
  const known = handles.get(sub);
  const first = name ?? (known ? `@${known}` : email ?? preferred_username);
  const second = known === null ? "no row" : name && (known ? `@${known}` : email);
  return second ? `${first} (${isolate(second)})` : first;
}

/** What somebody is called in a sentence. */
const nameOf = (user) => (handles.get(user.sub) ? `@${handles.get(user.sub)}` : labelOf(user));

// MARK: What Cognito does

async function signSomebodyUp() {
  const { name, preferred_username, email } = signUp.elements;
  const body = { name: name.value, preferred_username: preferred_username.value, email: email.value };
  const answer = await send("POST", "/cognito/users", { body });
  const { user } = answer.body ?? {};
  // At once: what is asked next may take long where the trigger failed.
  const consequence = "The account is confirmed in spite of it, without a row. Choose it for another try.";
  if (!answer.ok) say(statusOf(signUp), refusal(answer, consequence), true);
  if (user) {
    signUp.reset();
    await loadAccounts(answer.ok ? user.sub : account.value);
    await learnHandle(user.sub);
  }
  if (answer.ok) say(statusOf(signUp), `Confirmed in ${taken(answer)}. You are now ${isolate(nameOf(user))}.`);
}

async function resetPassword() {
  const sub = account.value;
  const answer = await send("POST", `${pathOf(sub)}/confirm-forgot-password`);
  if (!answer.ok) return say(statusOf(identity), refusal(answer, "The password is new in spite of it."), true);
  await learnHandle(sub);
  say(statusOf(identity), `New password in ${taken(answer)}.`);
}

async function deleteAccount() {
  const user = users.get(account.value);
  if (!user || !confirm(`Delete the account of ${isolate(nameOf(user))}? A row stays, with what it says.`)) return;
  const answer = await send("DELETE", pathOf(user.sub));
  if (!answer.ok && answer.status !== 404) return say(statusOf(identity), explain(answer), true);
  handles.delete(user.sub);
  await loadAccounts("");
  say(statusOf(identity), `Deleted in ${taken(answer)}.`);
}

/** What Cognito tells of a trigger that failed, and what has happened all the same. */
function refusal(answer, consequence) {
  if (!answer.status) return explain(answer);
  const { user, attempts } = answer.body ?? {};
  const words = `Cognito says: ${explain(answer)}`;
  return user ? `${words} It tried ${attempts === 1 ? "once" : `${attempts} times`}. ${consequence}` : words;
}

/** Makes the forms work, and lists the accounts. */
export async function startPeople() {
  onSubmit(signUp, "Signing up…", signSomebodyUp);
  for (const [id, words, work] of [
    ["reset-password", "Confirming a new password…", resetPassword],
    ["delete-account", "Deleting…", deleteAccount],
  ]) {
    onClick(byId(id), () => {
      say(statusOf(identity), "");
      return waiting(statusOf(identity), words, work());
    });
  }
  identity.addEventListener("submit", (event) => event.preventDefault());
  identity.addEventListener("input", () => {
    keepIdentity();
    say(statusOf(identity), ""); // It was about somebody else.
    const sub = account.value;
    if (sub && !handles.has(sub)) waiting(statusOf(identity), "Asking for the handle…", learnHandle(sub));
  });
  const [rememberedAccount, rememberedHandle] = JSON.parse(sessionStorage.getItem("identity") ?? '["", ""]');
  handle.value = rememberedHandle;
  identity.ariaBusy = "true";
  await waiting(statusOf(identity), "Loading the accounts…", loadAccounts(rememberedAccount));
  await learnHandles();
  identity.ariaBusy = null;
}
