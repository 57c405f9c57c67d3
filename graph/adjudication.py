"""Adjudication: which of two coders' statements stands, who decided so and why. Nothing is destroyed.

The statement that does not stand is retracted, points to the one that does, and tells it in its note. Reopening it
gives it the status that it had, and adds to the note.
"""

import re
from dataclasses import dataclass

from pydantic import ValidationError

from graph.exceptions import InputError
from graph.statements import Statement
from ontology import Status

_DECIDED = re.compile(r"Adjudicated by (?P<by>.+?), was (?P<was>active|disputed): (?P<why>.+)")
_TRAIL = re.compile(r"^(?:Adjudicated by .+?, was (?:active|disputed)|Reopened by .+?): .+\Z", re.M | re.S)


@dataclass(frozen=True, slots=True)
class Adjudication:
    """By whom and why a statement does not stand, which one does instead, if any, and the status that it had."""

    by: str
    why: str
    instead: str | None
    was: Status


def adjudication(statement: Statement) -> Adjudication | None:
    """What was decided against a statement, None where nothing was, or it was reopened."""
    last = (statement.note or "").rpartition("\n")[2]
    if statement.status is not Status.RETRACTED or not (found := _DECIDED.fullmatch(last)):
        return None
    return Adjudication(found["by"], found["why"], statement.corrected_by, Status(found["was"]))


def rejected(statement: Statement, instead: Statement | None, by: str, why: str) -> Statement:
    """The statement as it is when another one of its source stands instead, or none. Raises InputError."""
    if decided := adjudication(statement):
        raise InputError(
            f"statement {statement.id} was decided against by {decided.by}: {decided.why}", way_out="reopen it first"
        )
    if statement.status is Status.RETRACTED or statement.corrected_by:
        raise InputError(
            f"statement {statement.id} is retracted or corrected already", way_out="there is nothing to decide"
        )
    if instead is not None:
        if instead.id == statement.id:
            raise InputError(f"statement {statement.id} cannot stand instead of itself", way_out="name two statements")
        if instead.source != statement.source:
            raise InputError(
                f"statement {instead.id} is of {instead.source}, not of {statement.source}",
                way_out="choose one of the same source, or add one",
            )
        if instead.status is Status.RETRACTED:
            raise InputError(
                f"statement {instead.id} is retracted itself", way_out="reopen it first, or choose another"
            )
    line = f"Adjudicated by {_told('who decides', by)}, was {statement.status}: {_told('the reason', why)}"
    return _with(statement, Status.RETRACTED, line, instead.id if instead else None)


def reopened(statement: Statement, by: str, why: str) -> Statement:
    """The statement as it was before it was decided against, with a note of both. Raises InputError."""
    decided = adjudication(statement)
    if decided is None:
        raise InputError(f"nothing was decided against statement {statement.id}", way_out="there is nothing to reopen")
    line = f"Reopened by {_told('who decides', by)}: {_told('the reason', why)}"
    return _with(statement, decided.was, line, None)


def carried(old: Statement, new: Statement) -> Statement:
    """What a data set says now, with what was decided of the same statement since it was loaded."""
    if new.note == old.note or not (trail := _TRAIL.search(old.note or "")):
        return new
    note = f"{new.note}\n{trail[0]}" if new.note else trail[0]
    update: dict[str, object] = {"note": note}
    if adjudication(old):
        update |= {"status": Status.RETRACTED, "corrected_by": old.corrected_by}
    return new.model_copy(update=update)


def _with(statement: Statement, status: Status, line: str, instead: str | None) -> Statement:
    note = f"{statement.note}\n{line}" if statement.note else line
    changed = {"status": status, "note": note, "corrected_by": instead}
    try:
        return Statement.model_validate(statement.model_dump(exclude={"id"}) | changed)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        raise InputError(f"statement {statement.id}: note: {fault['msg']}", way_out="say it shorter") from None


def _told(what: str, text: str) -> str:
    """The text on one line. Raises InputError where there is none."""
    words = " ".join(text.split())
    if not words:
        raise InputError(f"{what} is empty", way_out="say who decides, and on which grounds")
    return words
