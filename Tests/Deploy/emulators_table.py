"""What the tables of emulators.py consist of."""

import dataclasses
import typing

from emulators_lambda import Function

SAME = object()
UNPLAYED = object()
LARGEST = 6_291_556  # Bytes of an event or of a response.


@dataclasses.dataclass
class Row:
    """What is tried, and what whoever invokes the function sees then."""

    what: str
    play: typing.Callable  # Gets an emulator and returns what is seen.
    expected: object
    aws: object = SAME  # What is seen with AWS's emulator instead.
    why: str = ""  # Why that is not what Lambda does.


@dataclasses.dataclass
class Table:
    """What is tried of one function, in one emulator of each kind."""

    function: Function
    rows: list
    starts: bool = True  # Whether the function comes up; if not, the rows start the emulator.


def text_of_length(length):
    """JSON of as many bytes."""
    return b'"' + b"x" * (length - 2) + b'"'
