"""A model of Cognito: who signs up, when their event comes again, and what must be true of them in the end."""

import asyncio
import json
import uuid

TIME_LIMIT = 5.0  # Seconds for an answer.
ATTEMPTS = 3
NAMES = [
    "Ana", "Łukasz", "O'Brien", "नेहा", "小林", 'Bobby "); DROP TABLE users; --', "back\\slash", "👩‍👩‍👧‍👦", "e\u0301"]


class User:
    """Somebody who signs up, as their attributes say, and what they were told."""

    def __init__(self, number, random):
        self.sub = str(uuid.UUID(int=random.getrandbits(128), version=4))
        self.name = f"{random.choice(NAMES)} {number}"
        # Some want the handle of somebody else.
        wanted = random.randrange(number + 1) if random.random() < 0.1 else number
        self.handle = f"user{wanted}"
        self.email = None if random.random() < 0.1 else f"user{number}@example.com"
        self.is_ascii = random.random() < 0.5  # How their event is written.
        self.tries = 0
        self.is_done = False
        self.error = None  # The error type that they were refused with.

    def event(self):
        attributes = {"sub": self.sub, "cognito:user_status": "CONFIRMED", "name": self.name}
        attributes["preferred_username"] = self.handle
        if self.email:
            attributes["email"] = self.email
        event = {
            "version": "1", "region": "us-east-1", "userPoolId": "us-east-1_Example01", "userName": self.sub,
            "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": "1example23456789abcdefghij"},
            "triggerSource": "PostConfirmation_ConfirmSignUp", "request": {"userAttributes": attributes},
            "response": {}}
        return json.dumps(event, ensure_ascii=self.is_ascii).encode()

    def is_row(self, display_name, handle, email):
        """Whether a row is theirs: the handle has an end where somebody else was quicker."""
        handles = (self.handle, f"{self.handle}-{self.sub[:8]}")
        return display_name == self.name and email == self.email and handle in handles

    def __str__(self):
        fate = "done" if self.is_done else f"refused with {self.error}" if self.error else "never answered"
        return f"user {self.sub} ({fate}, tries: {self.tries})"

    __repr__ = __str__


async def sign_up(user, region):
    """Sends a user's event until there is an answer: an error is one. Gives the invocation that was answered."""
    event = user.event()
    while user.tries < ATTEMPTS:
        user.tries += 1
        invocation = region.invoke(event)
        # Lambda has a process for it at once; here it may be starting.
        await asyncio.wait([invocation.begun, invocation.over], return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait([invocation.over], timeout=60 if region.is_slow else TIME_LIMIT)
        if not invocation.over.done():
            region.report(f"{user}: no answer in {TIME_LIMIT} s, from a process that lives", region.all_logs())
            invocation.end()
        answer = invocation.over.result()
        if answer is None:
            continue
        body, user.error = answer
        if user.error:
            region.refused.append((user, body))
        elif body != event:
            region.report(f"{user}: the answer is not the event: {body!r}")
        else:
            user.is_done = True
        return invocation
    region.report(f"{user}: {ATTEMPTS} tries without an answer", region.all_logs())
    return None
