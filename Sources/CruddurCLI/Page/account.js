// What is done with the account that is chosen, a step of its story after the other.

import { byId, isolate, say, statusOf, taken, waiting } from "./elements.js";
import { onClick, onSubmit } from "./forms.js";
import {
  beginAnew, chosenUser, currentStep, forget, isReady, learnHandle, loadAccounts, nameOf, pathOf, resetPasswordOf,
  showAccount, update, users,
} from "./people.js";
import { explain, isOfTrigger, refusal } from "./problems.js";
import { send } from "./server.js";
import { reset } from "./steps.js";

const [identity, code, password, newPassword] = ["identity", "code", "password", "new-password"].map(byId);

/** Takes the step that the account is waiting for. */
async function act() {
  const user = chosenUser();
  if (!user) return;
  const step = currentStep(user);
  const body = { code: code.value, password: password.value, new_password: newPassword.value };
  if (step.path === reset.path) body.password = newPassword.value;
  const answer = await sendFor(user, step.path, body);
  const { challenge } = answer.body ?? {};
  if (!answer.ok) say(statusOf(identity), refusal(answer, step.spite), true);
  if (challenge) return say(statusOf(identity), "Cognito wants a new password.", true);
  const isDone = answer.ok || isOfTrigger(answer);
  if (isDone) {
    beginAnew();
    if (isReady(users.get(user.sub) ?? user)) await learnHandle(user.sub);
    showAccount();
  }
  if (answer.ok) say(statusOf(identity), `${step.done} ${taken(answer)}.`);
}

/** Sends a step of an account, and shows what the account is then. */
async function sendFor({ sub }, step, body) {
  const answer = await send("POST", `${pathOf(sub)}/${step}`, { body });
  if (answer.body?.user) update(answer.body.user);
  return answer;
}

/** Has a code sent, which is shown, because there is no mail. */
async function sendCode(step) {
  const user = chosenUser();
  const answer = await sendFor(user, step, {});
  if (!answer.ok) return say(statusOf(identity), refusal(answer, "The code is good in spite of it."), true);
  if (step === "forgot-password") resetPasswordOf(user);
  say(statusOf(identity), `Cognito would mail: ${answer.body.delivery.message}`);
  code.focus();
}

async function deleteAccount() {
  const user = chosenUser();
  if (!user || !confirm(`Delete the account of ${isolate(nameOf(user))}? A row stays, with what it says.`)) return;
  const answer = await send("DELETE", pathOf(user.sub));
  if (!answer.ok && answer.status !== 404) return say(statusOf(identity), explain(answer), true);
  forget(user);
  await loadAccounts("");
  say(statusOf(identity), `Deleted in ${taken(answer)}.`);
}

/** Makes the form and its buttons work. */
export function startAccount() {
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
}
