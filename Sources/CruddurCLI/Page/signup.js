// Ways to an account: a sign-up, an administrator, somebody else's accounts.

import { byId, isolate, say, statusOf, taken } from "./elements.js";
import { onSubmit } from "./forms.js";
import { isReady, learnHandle, loadAccounts, nameOf } from "./people.js";
import { refusal } from "./problems.js";
import { send } from "./server.js";

const form = byId("sign-up");

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
  const fields = Object.fromEntries([...new FormData(form)].filter(([name]) => name !== "way"));
  const [path, bodyOf, wordsFor] = ways[form.elements.way.value];
  const answer = await send("POST", path, { body: bodyOf(fields) });
  const { user } = answer.body ?? {};
  // At once: what is asked next may take long where the trigger failed.
  if (!answer.ok) say(statusOf(form), refusal(answer, user && isReady(user) ? withoutRow : thereAllTheSame), true);
  if (user) {
    const way = form.elements.way.value;
    form.reset();
    form.elements.way.value = way;
    await loadAccounts(answer.ok ? user.sub : undefined);
    if (isReady(user)) await learnHandle(user.sub);
  }
  if (answer.ok) say(statusOf(form), wordsFor(answer, user));
}

const withoutRow = "The account is confirmed in spite of it, without a row. Choose it for another try.";
const thereAllTheSame = "The account is there in spite of it. Choose it to go on.";

/** Makes the form work. */
export function startSignUp() {
  onSubmit(form, "Signing up…", signSomebodyUp);
  form.elements.way.addEventListener("input", ({ target }) => {
    byId("first-password-row").hidden = target.value === "Google";
  });
}
