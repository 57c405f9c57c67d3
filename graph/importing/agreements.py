"""What the tables of agreements share: the agreement, its process and its day."""

import re

from graph.importing.events import Mention
from graph.times import edtf_bounds
from ontology import Kind

UNSET = ("", "NA")
_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")


def agreement(id: str, title: str) -> Mention:
    """The agreement with this PA-X id, which both tables of the project use."""
    return Mention(" ".join(title.split()) or f"PA-X {id}", Kind.AGREEMENT, codes=(f"pa-x:{id}",))


def process(id: str, name: str) -> Mention | None:
    """The peace process that an agreement belongs to, None where the data name none."""
    name = " ".join(name.split())
    if name in UNSET:
        return None
    codes = (f"pa-x-process:{id}",) if id not in UNSET else ()
    return Mention(name, Kind.PROCESS, codes=codes)


def day(text: str) -> str | None:
    """A date as it is printed, None where it is none of the calendar or not in the order year, month, day."""
    text = text.strip()
    if not _DATE.fullmatch(text):
        return None
    try:
        edtf_bounds(text)
    except ValueError:
        return None
    return text
