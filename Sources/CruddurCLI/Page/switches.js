// What the operator can break: the function, and the database if it is one that may be broken.

import { byId, say, waiting } from "./elements.js";
import { onClick } from "./forms.js";
import { explain } from "./problems.js";
import { send } from "./server.js";

const [kill, freeze, stopOrStart, state, status] =
  ["kill", "freeze", "stop-or-start", "database-state", "switch-status"].map(byId);

/** What the database is: running, stopped or frozen; null where that is not known. */
let database = null;

function show(newState) {
  database = newState;
  state.textContent = `The database is ${database}.`;
  state.dataset.state = database;
  stopOrStart.textContent = database === "stopped" ? "Start database" : "Stop database";
  stopOrStart.hidden = false;
  freeze.hidden = database === "stopped"; // What does not run cannot be held.
}

/** Asks what the database is: somebody else may have switched it. */
async function ask() {
  const answer = await send("GET", "/console/database");
  if (answer.ok) return show(answer.body.state);
  if (answer.status !== 404) return say(status, explain(answer), true);
  state.textContent =
    "The database is not switched here: it is of your own CONNECTION_URL. deploy/run --serve without one keeps a " +
    "PostgreSQL that can be stopped and frozen.";
}

/** Takes what a row tells of the database, whoever pressed the switch. One that failed leaves it to be asked for. */
export function switched({ databaseState, state }) {
  if (databaseState) show(databaseState);
  else if (database && state === "failed") ask();
}

async function press(path, meanwhile, words) {
  say(status, "");
  const answer = await waiting(status, meanwhile, send("POST", path));
  if (!answer.ok) return say(status, explain(answer), true);
  if (answer.body.databaseState) show(answer.body.databaseState);
  say(status, words);
}

/** Makes the switches work. */
export function startSwitches() {
  onClick(kill, () => press("/console/function/kill", "Killing…", "Killed. What comes next has a cold start."));
  onClick(freeze, () => press("/console/database/freeze", "It goes on by itself…", "The database goes on."));
  onClick(stopOrStart, () =>
    database === "stopped"
      ? press("/console/database/start", "Starting…", "The database is back.")
      : press("/console/database/stop", "Stopping…", "Stopped. Requests fail until it is started."),
  );
  document.addEventListener("visibilitychange", () => document.hidden || ask());
  ask();
}
