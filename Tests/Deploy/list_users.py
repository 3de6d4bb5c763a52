"""Prints what `aws cognito-idp list-users` prints of a pool of made-up users, without holding it.

  list_users.py NUMBER [FIRST [BYTES]]

Users have consecutive numbers, from FIRST (0) on, and are the same each time; each has BYTES (0) of what nobody reads.
Every hundredth shares a handle with one before, some with other letters of the same look; some have what is hard to
store. The command line writes all pages as one document, indented, as this does.
"""

import json
import sys
import uuid

HARD = ["O'Brien", 'Ana "Nan"', "👩‍👩‍👧‍👦", "Robert'); DROP TABLE users;--", "\ud83d", "a\u0000b", "\\", "é" * 90]


def handle(number):
    if number % 100 == 99:
        return f"User-{number // 200 * 200}"
    return f"user-{number}"


def user(number, padding):
    attributes = {
        "sub": str(uuid.UUID(int=uuid.NAMESPACE_URL.int ^ (number * 0x9E3779B97F4A7C15F39CC0605CEDC835) % 2**128)),
        "email_verified": "true",
        "name": HARD[number // 1000 % len(HARD)] if number % 1000 == 7 else f"User Number {number}",
        "preferred_username": handle(number),
        "email": f"user-{number}@example.com",
        "custom:notes": "x" * padding,
    }
    return {
        "Username": attributes["sub"],
        "Attributes": [{"Name": name, "Value": value} for name, value in attributes.items()],
        "UserCreateDate": f"2025-{number % 12 + 1:02}-{number % 28 + 1:02}T05:05:59.{number % 1000:03}000+01:00",
        "UserLastModifiedDate": f"2025-{number % 12 + 1:02}-{number % 28 + 1:02}T06:05:59.{number % 1000:03}000+01:00",
        "Enabled": True,
        "UserStatus": "CONFIRMED",
    }


def main(count, first=0, padding=0):
    sys.stdout.write('{\n    "Users": [')
    for number in range(first, first + count):
        text = json.dumps(user(number, padding), indent=4).replace("\n", "\n        ")
        sys.stdout.write(("," if number > first else "") + "\n        " + text)
    sys.stdout.write("\n    ]\n}\n")


main(*map(int, sys.argv[1:]))
