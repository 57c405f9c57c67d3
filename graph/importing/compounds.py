"""Several actors in one record: kept together in one event, and never multiplied into pairs."""

from collections.abc import Sequence
from dataclasses import replace

from graph.importing.events import Event, Mention

RECIPIENT = "recipient"


def compound(event: Event, acting: Sequence[Mention], towards: Sequence[Mention]) -> Event:
    """The event with those who act and those towards whom they act; several on a side stand as parties.

    Parties alone act with or upon each other; beside a subject they are those acted towards, beside an object those who
    act. Where both sides are several, the parties act, towards those with the role of a recipient.
    """
    if len(acting) > 1:
        several = tuple(towards) if len(towards) > 1 else ()
        return replace(
            event,
            object=towards[0] if len(towards) == 1 else None,
            parties=tuple(acting),
            roles=(*event.roles, *((RECIPIENT, m) for m in several)),
        )
    subject = acting[0] if acting else None
    if len(towards) > 1 and subject is None:
        return replace(event, roles=(*event.roles, *((RECIPIENT, m) for m in towards)))
    if len(towards) > 1:
        return replace(event, subject=subject, parties=tuple(towards))
    return replace(event, subject=subject, object=towards[0] if towards else None)


def sides(event: Event) -> tuple[list[Mention], list[Mention]]:
    """Who acts and towards whom: what `compound` was given. Beside subject and object, parties are acted towards."""
    object = [event.object] if event.object else []
    recipients = [m for role, m in event.roles if role == RECIPIENT]
    if event.subject:
        return [event.subject], [*object, *event.parties, *recipients]
    return list(event.parties), [*object, *recipients]
