"""What schemathesis has to know that deploy/openapi.yaml says in words alone, for openapi.bats.

The variable AUTHORS has the handles, separated by spaces, in whose name may be written; none where somebody is signed in.
"""

import os

import schemathesis

AUTHORS = os.environ["AUTHORS"].split()
MAXIMUM_CODE_POINTS = 280  # A person may count fewer characters, and never more.


@schemathesis.hook
def before_call(context, case, kwargs):
    """A body that is to be taken has an author that there is, or none, and is not too long for a person."""
    if not case.meta or not case.meta.generation.mode.is_positive or not isinstance(case.body, dict):
        return
    if AUTHORS:
        case.body["user_handle"] = AUTHORS[len(case.body["message"]) % len(AUTHORS)]
    else:
        case.body.pop("user_handle", None)
    if len(case.body["message"]) > MAXIMUM_CODE_POINTS:
        case.body["message"] = "Visible, and " + case.body["message"][: MAXIMUM_CODE_POINTS - 13]
