// Who there is, and who you are: accounts of the user pool, or a handle.

import { byId, isolate, link, say, statusOf, taken, waiting } from "./elements.js";
import { onClick, onSubmit } from "./forms.js";
import { explain, unmark } from "./problems.js";
import { send } from "./server.js";
import { userView } from "./views.js";

const [signUp, identity, account, handle, you] = ["sign-up", "identity", "account", "handle", "you"].map(byId);
const [code, password, newPassword] = ["code", "password", "new-password"].map(byId);

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
  showAccount();
}

/** Shows what is known of the account, and what can be done with it in its state. */
function showAccount() {
  const user = users.get(account.value);
  if (!user) return;
  const { words, fields, button } = stepOf(user);
  const known = handles.get(user.sub);
  if (words) you.textContent = words;
  else if (known) you.replaceChildren("You are ", link(`@${known}`, userView(known)), ".");
  else you.textContent = known === null ? "This account has no row. A sign-in, or a new password, may add it." : "";
  for (const field of [code, password, newPassword]) byId(`${field.id}-row`).hidden = !fields.includes(field);
  byId("code-hint").textContent = user.status === "UNCONFIRMED" ? "Without one, an administrator confirms." : "Without one, it counts as given.";
  byId("act").textContent = button;
  byId("resend-code").hidden = user.status !== "UNCONFIRMED";
  byId("forgot-password").hidden = !["CONFIRMED", "RESET_REQUIRED"].includes(user.status);
}

// MARK: Accounts

const pathOf = (sub) => `/cognito/users/${encodeURIComponent(sub)}`;

/** Whether somebody could sign in, and so may have tokens. */
const isReady = ({ status }) => ["CONFIRMED", "EXTERNAL_PROVIDER"].includes(status);

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
  for (const [sub, user] of users) {
    if (!isReady(user)) continue;
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
const nameOf = (user) => (handles.get(user.sub) ? `@${handles.get(user.sub)}` : labelOf(user));

const stateNames = {
  UNCONFIRMED: "not confirmed",
  FORCE_CHANGE_PASSWORD: "no password yet",
  RESET_REQUIRED: "no password yet",
};

// MARK: Ways to an account

/** Each way: where the fields go, and what is said once it is done. */
const ways = {
  "at-once": ["/cognito/users", (fields) => fields, confirmed],
  code: [
    "/cognito/users",
    (fields) => ({ ...fields, confirm: false }),
    ({ body }) =>
      body.delivery
        ? `Cognito would mail: ${body.delivery.message}`
        : "There is no address for a code. An administrator confirms without one.",
  ],
  administrator: [
    "/cognito/admin-create-user",
    ({ password: temporary_password, ...fields }) => ({ ...fields, temporary_password }),
    (answer) => `Made in ${taken(answer)}. The temporary password is ${isolate(answer.body.temporary_password)}`,
  ],
  Google: [
    "/cognito/federated-sign-in",
    ({ password, ...fields }) => ({ ...fields, provider: "Google" }),
    (answer, user) => `Signed in in ${taken(answer)}. You are now ${isolate(nameOf(user))}.`,
  ],
};

function confirmed(answer, user) {
  return `Confirmed in ${taken(answer)}. You are now ${isolate(nameOf(user))}.`;
}

async function signSomebodyUp() {
  const fields = Object.fromEntries([...new FormData(signUp)].filter(([name]) => name !== "way"));
  const [path, bodyOf, wordsFor] = ways[signUp.elements.way.value];
  const answer = await send("POST", path, { body: bodyOf(fields) });
  const { user } = answer.body ?? {};
  // At once: what is asked next may take long where the trigger failed.
  if (!answer.ok) say(statusOf(signUp), refusal(answer, user && isReady(user) ? withoutRow : thereAllTheSame), true);
  if (user) {
    const way = signUp.elements.way.value;
    signUp.reset();
    signUp.elements.way.value = way;
    await loadAccounts(answer.ok ? user.sub : account.value);
    if (isReady(user)) await learnHandle(user.sub);
  }
  if (answer.ok) say(statusOf(signUp), wordsFor(answer, user));
}

const withoutRow = "The account is confirmed in spite of it, without a row. Choose it for another try.";
const thereAllTheSame = "The account is there in spite of it. Choose it to go on.";

// MARK: What is done with an account

/** Whose password is being reset, by their sub. */
let resetting = null;

/** What an account is waiting for: the words for that, the fields that it takes, and what the button does. */
function stepOf(user) {
  if (user.status === "UNCONFIRMED") return { ...confirmation, words: waitingWords("It waits for its code", user) };
  if (user.status === "FORCE_CHANGE_PASSWORD") return firstSignIn;
  if (resetting === user.sub) return { ...reset, words: waitingWords("The new password wants the code", user) };
  if (user.status === "RESET_REQUIRED") return forgotten;
  return user.password ? { ...signIn, fields: [password] } : signIn;
}

const waitingWords = (words, user) => (user.code ? `${words}, ${user.code}.` : `${words}.`);

const confirmation = {
  fields: [code],
  button: "Confirm",
  path: "confirm",
  done: "Confirmed in",
  spite: "The account is confirmed in spite of it.",
};
const reset = {
  fields: [code, newPassword],
  button: "Set password",
  path: "confirm-forgot-password",
  done: "New password in",
  spite: "The password is new in spite of it.",
};
const signIn = {
  words: "",
  fields: [],
  button: "Sign in",
  path: "sign-in",
  done: "Signed in in",
  spite: "Nobody is signed in.",
};
const firstSignIn = {
  ...signIn,
  words: "An administrator made this account. Its first sign-in sets a password of its own.",
  fields: [password, newPassword],
};
const forgotten = { ...signIn, words: "It came without a password. Forgot password sets one." };

/** Takes the step that the account is waiting for. */
async function act() {
  const user = users.get(account.value);
  if (!user) return;
  const step = stepOf(user);
  const body = { code: code.value, password: password.value, new_password: newPassword.value };
  if (step.path === reset.path) body.password = newPassword.value;
  const answer = await sendFor(user, step.path, body);
  const { challenge } = answer.body ?? {};
  if (!answer.ok) say(statusOf(identity), refusal(answer, step.spite), true);
  if (challenge) return say(statusOf(identity), "Cognito wants a new password.", true);
  const isDone = answer.ok || isOfTrigger(answer);
  if (isDone) {
    resetting = null;
    for (const field of [code, password, newPassword]) field.value = "";
    if (isReady(users.get(user.sub) ?? user)) await learnHandle(user.sub);
    showAccount();
  }
  if (answer.ok) say(statusOf(identity), `${step.done} ${taken(answer)}.`);
}

/** Sends a step of an account, and shows what the account is then. */
async function sendFor({ sub }, step, body) {
  const answer = await send("POST", `${pathOf(sub)}/${step}`, { body });
  if (answer.body?.user) {
    users.set(sub, answer.body.user);
    relabel(sub);
  }
  return answer;
}

/** Has a code sent, which is shown, because there is no mail. */
async function sendCode(step) {
  const user = users.get(account.value);
  const answer = await sendFor(user, step, {});
  if (!answer.ok) return say(statusOf(identity), refusal(answer, "The code is good in spite of it."), true);
  if (step === "forgot-password") resetting = user.sub;
  showAccount();
  say(statusOf(identity), `Cognito would mail: ${answer.body.delivery.message}`);
  code.focus();
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

/** Whether it was the function that failed, and not Cognito that refused. */
const isOfTrigger = (answer) => /Lambda/.test(answer.body?.__type);

/** What Cognito tells of a trigger that failed, and what has happened all the same. */
function refusal(answer, consequence) {
  if (!answer.status) return explain(answer);
  const { user, attempts } = answer.body ?? {};
  const words = `Cognito says: ${explain(answer)}`;
  if (!user || !isOfTrigger(answer)) return words;
  return `${words} It tried ${attempts === 1 ? "once" : `${attempts} times`}. ${consequence}`;
}

/** Makes the forms work, and lists the accounts. */
export async function startPeople() {
  onSubmit(signUp, "Signing up…", signSomebodyUp);
  signUp.elements.way.addEventListener("input", ({ target }) => {
    byId("first-password-row").hidden = target.value === "Google";
  });
  onSubmit(identity, "One moment…", act);
  for (const [id, words, work] of [
    ["resend-code", "Sending a code…", () => sendCode("resend-code")],
    ["forgot-password", "Sending a code…", () => sendCode("forgot-password")],
    ["delete-account", "Deleting…", deleteAccount],
  ]) {
    onClick(byId(id), () => {
      say(statusOf(identity), "");
      return waiting(statusOf(identity), words, work());
    });
  }
  identity.addEventListener("input", ({ target }) => {
    if (target !== account && target !== handle) return;
    resetting = null;
    keepIdentity();
    say(statusOf(identity), ""); // It was about somebody else.
    const user = users.get(account.value);
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
