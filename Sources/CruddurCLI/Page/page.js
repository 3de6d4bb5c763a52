// The page of `cruddur serve`. What came from a person or the server becomes text, never markup. Nothing is checked
// here first: the words beside a field are the server's verdict.

import { startAccount } from "./account.js";
import { startConsole } from "./console.js";
import { startFeed } from "./feed.js";
import { startPeople } from "./people.js";
import { startSignUp } from "./signup.js";

startConsole();
startSignUp();
startAccount();
await Promise.all([startPeople(), startFeed()]);
