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


def sides(
    subject: str | None, object: str | None, parties: Sequence[str], roles: Sequence[tuple[str, str]]
) -> tuple[list[str], list[str]]:
    """Who acts and towards whom: what `compound` was given, by the ids of entities."""
    recipients = [entity for role, entity in roles if role == RECIPIENT]
    if subject is not None and object is None:
        return [subject], [*parties, *recipients]
    acting = [subject] if subject is not None else list(parties)
    return acting, [object] if object is not None else recipients
