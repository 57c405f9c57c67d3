"""What the tables of agreements share: the agreement, its process and its day."""

import re

from graph.importing.days import Order, iso_day
from graph.importing.events import Mention
from graph.times import edtf_bounds
from ontology import Kind

UNSET = ("", "NA")
_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")


def agreement(id: str, title: str) -> Mention:
    """The agreement with this PA-X id, which both tables of the project use."""
    return Mention(" ".join(title.split()) or f"PA-X {id}", Kind.AGREEMENT, codes=(f"pa-x:{id}",))


def process(name: str) -> Mention | None:
    """The peace process that an agreement belongs to, None where the data name none.

    Its number says nothing: other versions of the data set give it to another process.
    """
    name = " ".join(name.split())
    return None if name in UNSET else Mention(name, Kind.PROCESS)


def day(text: str, order: Order | None = None) -> str | None:
    """A date of year, month and day, of which the last may be missing, None where it is none of the calendar."""
    text = text.strip()
    try:
        if _DATE.fullmatch(text):
            edtf_bounds(text)
            return text
        return iso_day(text, order)
    except ValueError:
        return None
