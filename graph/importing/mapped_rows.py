"""Events as rows of a table, in the columns that a mapping names: what the importer of tables does, backwards."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from graph.importing.events import Event, Mention
from graph.importing.formats.mapped import mapped_event
from graph.importing.mapping import Coded, When, Who
from graph.importing.mapping import Mapping as Said

_SEPARATORS = (";", "|", "¦", "‖", "\x1f", "\x1e", "\x1d", "\x1c")


class Untold(ValueError):
    """What the columns of a mapping cannot say; the message names the field."""


def row(event: Event, m: Said) -> dict[str, str]:
    """The cells of an event by column. Raises Untold where they would not be read back as what the event says.

    What the mapping names no column for is left out: a table has the columns that it has.
    """
    cells = _cells(event, m)
    try:
        read = mapped_event(lambda column: cells.get(column, ""), m)
    except ValueError as error:
        raise Untold(str(error)) from None
    expected = _named(event, m)
    for name, value in _named(read, m).items():
        if value != expected[name]:
            raise Untold(f"{name} is not as the columns of the mapping can say it")
    return cells


def flat(listed: Iterable[str], roles: Collection[str]) -> dict[str, Any]:
    """The part of a mapping that names the columns of a table with all that events say.

    `listed` are names and codes that may stand in lists: what separates them is chosen so that none of them holds it.
    Raises Untold where they hold everything that could.
    """
    held = set[str]().union(*listed)
    free = [s for s in _SEPARATORS if s not in held]
    if len(free) < 2:
        raise Untold("names hold every character that could stand between them")
    outer, inner = free[:2]

    def who(column: str, **more: str) -> dict[str, Any]:
        beside = {"kinds": f"{column}_kind", "country": f"{column}_country"}
        return {"column": column, **more, **beside, "codes": {"column": f"{column}_codes", "separator": inner}}

    return {
        "record": "record", "when": "when", "relations": "relation", "codes": {"column": "codes", "separator": inner},
        "subject": who("subject"), "object": who("object"), "parties": who("parties", separator=outer),
        "roles": {role: who(role, separator=outer) for role in sorted(roles)},
        "topic": who("topic"), "place": who("place"), "note": "note", "confidence": "confidence",
    }  # fmt: skip


def _cells(event: Event, m: Said) -> dict[str, str]:
    cells: dict[str, str] = {}

    def put(column: str, text: str | None) -> None:
        if text is not None and cells.setdefault(column, text) != text:
            raise Untold(f"{column} stands for two things at once")

    if m.relations:
        put(m.relations.column, _word(m.relations.meanings, event.relation))
    for coded in m.codes:
        put(coded.column, _joined(_of_scheme(event.codes, coded), coded.separator))
    if m.record:
        put(m.record.column, event.record)
    for column, text in _dates(event.when, m.when):
        put(column, text)
    for said, mentions in _everybody(event, m):
        for column, items in _columns(said, mentions).items():
            put(column, _joined(items, said.separator) if any(items) else None)
    if m.note:
        put(m.note.column, event.note)
    if m.confidence and event.confidence is not None:
        put(m.confidence.column, repr(event.confidence))
    return cells


def _everybody(event: Event, m: Said) -> Iterable[tuple[Who, Sequence[Mention]]]:
    """The columns that name somebody, with those whom they name."""
    for said, one in (
        (m.subject, event.subject),
        (m.object, event.object),
        (m.topic, event.topic),
        (m.place, event.place),
    ):
        if said is not None and one is not None:
            yield said, [one]
    several = [(m.parties, event.parties)]
    several += [(said, tuple(who for role, who in event.roles if role == name)) for name, said in m.roles.items()]
    for columns, named in several:
        # Several columns name one each, and the last of them the rest.
        for i, said in enumerate(columns):
            yield said, named[i:] if i == len(columns) - 1 else named[i : i + 1]


def _columns(said: Who, mentions: Sequence[Mention]) -> dict[str, list[str]]:
    """What stands of them in each of the columns, item by item."""
    found = {said.column: [m.name for m in mentions]}
    if said.kinds:
        found[said.kinds.column] = [_word(said.kinds.meanings, m.kind) or "" for m in mentions]
    if said.country:
        scheme = f"{said.country.scheme}:" if said.country.scheme else ""
        found[said.country.column] = [(m.country or "").removeprefix(scheme) for m in mentions]
    for coded in said.codes:
        found[coded.column] = [_joined(_of_scheme(m.codes, coded), coded.separator) or "" for m in mentions]
    if said.aliases:
        found[said.aliases.column] = [_joined(m.aliases, said.aliases.separator) or "" for m in mentions]
    return found


def _dates(when: str | None, said: When | None) -> Iterable[tuple[str, str | None]]:
    if said is None or when is None:
        return
    if said.column is not None:
        yield said.column, _formatted(when, said)
        return
    first, slash, last = when.partition("/")
    for column, text in ((said.first, first), (said.last, last if slash else first)):
        if column is not None and text not in ("", ".."):
            yield column, _formatted(text, said)


def _formatted(text: str, said: When) -> str:
    if said.format is None:
        return text
    try:
        return date.fromisoformat(text + "-01-01"[len(text) - 4 :]).strftime(said.format)
    except ValueError:
        raise Untold(f"when: {text!r} has no form such as {said.format!r}") from None


def _of_scheme(codes: Sequence[str], coded: Coded) -> list[str]:
    scheme = f"{coded.scheme}:" if coded.scheme else ""
    return [c.removeprefix(scheme) for c in codes if c.startswith(scheme)]


def _joined(items: Sequence[str], separator: str | None) -> str | None:
    if separator is None and len(items) > 1:
        raise Untold(f"{items[0]!r} is not alone, and nothing may stand between it and others")
    return (separator or "").join(items) or None


def _word(meanings: Mapping[str, Any], meant: Any) -> str | None:
    if meant is None:
        return None
    word = next((word for word, meaning in meanings.items() if meaning == meant), None)
    if word is None:
        raise Untold(f"no value of the mapping stands for {str(meant)!r}")
    return word


def _named(event: Event, m: Said) -> dict[str, Any]:
    """What an event says, as far as the mapping names columns for it."""
    schemes = tuple(f"{c.scheme}:" if c.scheme else "" for c in m.codes)
    found: dict[str, Any] = {
        "relation": event.relation if m.relation or m.relations else None,
        "codes": sorted(c for c in event.codes if c.startswith(schemes)) if schemes else None,
        "record": event.record if m.record else None,
        "when": event.when if m.when else None,
        "note": event.note if m.note else None,
        "confidence": event.confidence if m.confidence else None,
    }
    for name in ("subject", "object", "topic", "place"):
        said, one = getattr(m, name), getattr(event, name)
        found[name] = _known(one, said) if said and one else None
    found["parties"] = [_known(who, m.parties[0]) for who in event.parties] if m.parties else None
    found["roles"] = [(role, _known(who, m.roles[role][0])) for role, who in event.roles if role in m.roles]
    return found


def _known(mention: Mention, said: Who) -> Mention:
    """Somebody, as far as columns tell of them."""
    schemes = tuple(f"{c.scheme}:" if c.scheme else "" for c in said.codes)
    return Mention(
        mention.name,
        mention.kind if said.kind or said.kinds else None,
        mention.country if said.country else None,
        tuple(c for c in mention.codes if c.startswith(schemes)) if schemes else (),
        mention.aliases if said.aliases else (),
    )
