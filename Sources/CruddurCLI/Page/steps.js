// The steps of an account's story, each as what it is called, what it takes and where it is sent.

import { byId } from "./elements.js";

const [code, password, newPassword] = ["code", "password", "new-password"].map(byId);

/** What an account is waiting for: the words for that, the fields that it takes, and what the button does. */
export function stepOf(user, isResetting) {
  if (user.status === "UNCONFIRMED") return { ...confirmation, words: waitingWords("It waits for its code", user) };
  if (user.status === "FORCE_CHANGE_PASSWORD") return firstSignIn;
  if (isResetting) return { ...reset, words: waitingWords("The new password wants the code", user) };
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
export const reset = {
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
