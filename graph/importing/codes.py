"""Outside codes of events: to our relations through the ontology's mappings, and what is no code at all.

Codes are text with their scheme and its version in front: "cameo-1.1b3:0841", "plover-2021:CONSULT". ICEWS numbers its
relations as CAMEO 1.1b3 does.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ontology import Vocabulary, vocabulary

CAMEO = "cameo-1.1b3"
PLOVER = "plover-2021"
_LABELS = Path(__file__).with_name("icews_relations.tsv")
_DIGITS = re.compile(r"[0-9]{2,4}")
_ROOTS = range(1, 21)


class Mapped(NamedTuple):
    """The relation of a code, and whether it is that of the code itself or of the nearest wider one."""

    relation: str
    exact: bool


class Codes:
    """The relations of outside codes. One that is only a broader match says more than the code, and is not taken."""

    def __init__(self, known: Vocabulary | None = None) -> None:
        relations = (known or vocabulary()).relations.values()
        self._relations = {code: relation.id for relation in relations for code in relation.close_match}
        self._found: dict[str, Mapped | None] = {}

    def relation(self, code: str) -> Mapped | None:
        """The relation that is the close match of the code, else of the nearest wider code of its scheme."""
        if code not in self._found:
            wider = (w for w in _upwards(code) if w in self._relations)
            nearest = next(wider, None)
            self._found[code] = None if nearest is None else Mapped(self._relations[nearest], nearest == code)
        return self._found[code]


def _upwards(code: str) -> Iterator[str]:
    """A code and those that are wider.

    Each digit of CAMEO after the second tells a narrower kind of act, and so does the mode after a type of PLOVER.
    """
    yield code
    scheme, _, notation = code.partition(":")
    if scheme == PLOVER and "-" in notation:
        yield f"{scheme}:{notation.partition('-')[0]}"
    if notation.isdecimal():
        for length in range(len(notation) - 1, 1, -1):
            yield f"{scheme}:{notation[:length]}"


def fault(code: str, column: str) -> str | None:
    """Why a value of a column of CAMEO codes is none, or not for certain; None where it is one.

    A column of events has codes of three or four digits. Two digits are a root, or have lost a zero in a spreadsheet:
    "10" is "demand" or, as 010, "make statement", and nothing in it tells which.
    """
    if not _DIGITS.fullmatch(code):
        return f"{column} {code!r} is no CAMEO code: those have two to four digits"
    if int(code[:2]) not in _ROOTS:
        lost = int(code[0]) in _ROOTS and len(code) < 4
        way_out = f": is it 0{code} without its zero? Export codes as text" if lost else ""
        return f"{column} {code!r} is no CAMEO code: roots are 01 to 20{way_out}"
    if len(code) == 2 and not code.startswith("0"):
        return f"{column} {code!r} may be the root {code} or 0{code} without its zero: export codes as text"
    return None


def with_zero(code: str, root: str) -> str | None:
    """The code with the zero that it may have lost, as its root tells; None where they contradict each other.

    Roots have two digits, so that a root is certain also without its zero.
    """
    root = root.zfill(2)
    if code.startswith(root):
        return code if fault(root + "0", "") is None and _DIGITS.fullmatch(code) else None
    whole = "0" + code
    return whole if whole.startswith(root) and fault(code, "") and not fault(whole, "") else None


@cache
def icews_codes() -> Mapping[str, str]:
    """CAMEO's codes of the relation labels of ICEWS, which are here in lower case."""
    rows = (line.split("\t") for line in _LABELS.read_text("utf-8").splitlines() if not line.startswith("#"))
    return {label.lower(): code for code, label in rows}
