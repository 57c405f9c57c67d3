"""A cast with entities of every kind, and random statements, entities and sources, hostile strings among them."""

import random
from base64 import b32encode
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from graph import Entity, EventLink, Name, RoleOf, Source, Statement, StatementRef
from graph.frames import source_faults
from ontology import UNSPECIFIED, Kind, Modality, Status, vocabulary

ENTITIES = {
    id: Entity.model_validate({"id": id, "kind": kind, "label": id, "of": of})
    for id, kind, of in (
        ("norland", "state", None), ("sudland", "state", None), ("ministry-of-sudland", "government-body", "sudland"),
        ("minister-of-sudland", "post", "ministry-of-sudland"), ("minister-of-norland", "post", "norland"),
        ("ada-norn", "person", None), ("bo-sund", "person", None), ("river-guild", "organisation", None),
        ("league-of-rivers", "intergovernmental-organisation", None), ("free-boatmen", "armed-group", None),
        ("upper-valley", "de-facto-authority", None), ("the-neighbours", "group", None),
        ("norlanders", "population", None), ("a-delegation", "actor", None),
        ("northgate", "place", None), ("river-talks", "process", None), ("winter-round", "meeting", None),
        ("border-war", "conflict", None), ("great-flood", "event", None), ("river-treaty", "agreement", None),
        ("water-shares", "matter", None),
    )
}  # fmt: skip
KINDS: dict[Kind, list[str]] = {kind: [e.id for e in ENTITIES.values() if e.kind is kind] for kind in Kind}
SOURCES = {
    "gazette-1": Source(id="gazette-1", title="one", kind="article", published="2031-03-10", dataset="gazettes"),
    "gazette-2": Source(id="gazette-2", title="two", kind="article", dataset="gazettes"),
    "leaflet": Source(id="leaflet", title="three", kind="leaflet", modality=Modality.CLAIMED, coder="machine-1"),
}

ids = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,12}", fullmatch=True).filter(lambda i: i != UNSPECIFIED)
statement_ids = st.binary(min_size=16, max_size=16).map(lambda raw: b32encode(raw).decode().rstrip("=").lower())
texts = st.one_of(
    st.sampled_from(
        [
            'He said "\\" \\u0041 \\', "line\nbreak\r\n", "tab\tand\x0bvertical\x0cform", "\x00\x01\x1f\x7f",
            "<a> . # _:b",
            "'''\"\"\"", "\u2028\u2029\x85\ufeff", "a\u0301 ≠ á", "שלום‏ مرحبا", "🕊\U0010ffff\ufffe", "@en", "^^<x>",
            "{} [] ; ,",
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40).filter(lambda t: bool(t.strip())),
)  # fmt: skip
languages = st.sampled_from(["en", "ru", "hy", "az", "sr-latn", "zh-hant-tw", "es-419", "de-1996"])
codes = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,8}:[^\s:]{1,8}", fullmatch=True)
confidences = st.one_of(
    st.none(), st.sampled_from([0.0, 1.0, 1e-7, 5e-324, 0.1 + 0.2, 1 - 1e-16]), st.floats(0, 1, allow_subnormal=True)
)
names = st.builds(Name, text=texts, lang=languages)


def optional(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The values, or none."""
    return st.none() | values


def edtf(earliest: date = date(2030, 1, 1), latest: date = date(2032, 12, 31)) -> st.SearchStrategy[str]:
    """Dates of all forms."""
    days = st.dates(earliest, latest)
    months = days.map(lambda d: d.isoformat()[:7])
    pairs = st.tuples(days, days).map(lambda p: "/".join(d.isoformat() for d in sorted(p)))
    return st.one_of(
        days.map(date.isoformat), months, days.map(lambda d: str(d.year)), months.map(lambda m: m + "~"), pairs,
        days.map(lambda d: f"{d}/.."), days.map(lambda d: f"../{d}"),
    )  # fmt: skip


when_texts = st.sampled_from(
    ["meanwhile", "just days ago; before publication", "then; on publication", "since last may, before publication"]
)


@st.composite
def entities(draw: st.DrawFn) -> Entity:
    """Entities of every kind with every field that the kind allows."""
    kind = draw(st.sampled_from(Kind))
    id = draw(ids)
    other = optional(ids.filter(lambda i: i != id))
    closed = draw(optional(st.booleans())) if kind is Kind.GROUP else None
    return Entity(
        id=id,
        kind=kind,
        label=draw(names),
        aliases=tuple(draw(st.lists(names, max_size=4))),
        description=draw(optional(texts)),
        of=draw(other) if kind in (Kind.POST, Kind.GOVERNMENT_BODY) else None,
        country=draw(other),
        stands_for=draw(other) if kind is Kind.PLACE else None,
        closed=closed,
        members=tuple(draw(st.lists(ids.filter(lambda i: i != id), max_size=3))) if closed else (),
        unnamed_in=draw(optional(ids)),
        codes=tuple(draw(st.lists(codes, max_size=3))),
    )


sources = st.builds(
    Source,
    id=ids,
    title=texts,
    kind=texts,
    publisher=optional(texts),
    published=optional(edtf()),
    retrieved=optional(edtf()),
    covers=optional(st.sampled_from(["2018", "2018-06", "2018-01-01/2018-06-30"])),
    language=optional(languages),
    licence=optional(texts),
    sha256=optional(st.binary(min_size=32, max_size=32).map(bytes.hex)),
    length=optional(st.integers(0, 10**9)),
    file=optional(st.from_regex(r"[^/\\\x00\s\ud800-\udfff]{1,20}", fullmatch=True)),
    derived_from=optional(ids),
    note=optional(texts),
    dataset=optional(texts),
    coder=optional(texts),
    modality=optional(st.sampled_from(Modality)),
)

_actors = ids | st.just(UNSPECIFIED)


@st.composite
def statements(draw: st.DrawFn, source: str = "gazette") -> Statement:
    """Statements with any slot filled, whether or not a frame allows it: chains may name a speaker twice."""
    speaker = draw(ids)
    chain = st.lists(st.just(speaker) | ids, max_size=4).map(tuple)
    in_text = draw(st.booleans())
    start = draw(st.integers(0, 10**6))
    status = draw(st.sampled_from(Status))
    note, corrected_by = draw(optional(texts)), draw(optional(statement_ids))
    if status is not Status.ACTIVE and not note and not corrected_by:
        note = "because"
    event = st.builds(EventLink, id=ids, coder=optional(texts), confidence=confidences)
    roles = st.builds(RoleOf, role=st.sampled_from(list(vocabulary().roles)), entity=_actors)
    return Statement(
        subject=draw(st.one_of(st.none(), _actors, st.builds(StatementRef, statement=statement_ids))),
        relation=draw(st.sampled_from(list(vocabulary().relations))),
        object=draw(optional(_actors)),
        about=draw(optional(statement_ids)),
        parties=tuple(draw(st.lists(_actors, max_size=4))),
        roles=tuple(draw(st.lists(roles, max_size=4))),
        topic=draw(optional(ids)),
        place=draw(optional(ids)),
        subject_as=draw(optional(texts)),
        object_as=draw(optional(texts)),
        source=source,
        start=start if in_text else None,
        end=start + draw(st.integers(1, 500)) if in_text else None,
        record=None if in_text else draw(texts),
        row=draw(optional(st.integers(1, 10**12))),
        attributed_to=draw(chain),
        modality=draw(st.sampled_from(Modality)),
        when=draw(optional(edtf())),
        when_text=draw(optional(when_texts)),
        repeated=draw(st.booleans()),
        event=draw(optional(event)),
        status=status,
        note=note,
        corrected_by=corrected_by,
        codes=tuple(draw(st.lists(codes, max_size=3))),
        coder=draw(st.just("curated") | texts),
        confidence=draw(confidences),
        key=draw(optional(texts)),
    )


class Chance(random.Random):
    """Chance of one seed: statements by the hundred are made faster so than drawn one by one, and as repeatably."""

    def some(self, values: Iterable[str], most: int) -> list[str]:
        """Up to `most` of the values."""
        known = sorted(values)
        return self.sample(known, min(self.randint(0, most), len(known)))

    def one(self, values: Iterable[str]) -> str:
        """One of the values."""
        return self.choice(sorted(values))

    def date(self) -> str:
        """A date, a month, a year or an interval of the years 2030 to 2032."""
        days = sorted(date(2030, 1, 1) + timedelta(self.randrange(1096)) for _ in range(2))
        first = days[0].isoformat()
        return self.choice(
            [first, first[:7], first[:4], f"{first[:7]}~", f"{first}/{days[1]}", f"{first}/..", f"../{first}"]
        )


def fitting(chance: Chance, earlier: list[Statement], source: str, relations: Sequence[str]) -> Statement:
    """A statement of the cast that fits its relation's frame; it may speak of earlier ones."""
    relation = vocabulary().relations[chance.one(relations)]
    frame = relation.frame

    def someone(allowed: frozenset[str]) -> str:
        return chance.one(i for kind in allowed if kind in set(Kind) for i in KINDS[Kind(kind)])

    possible = {slot for slot in frame.permits if slot != "about" or earlier}
    filled = set(frame.requires)
    if frame.requires_any:
        filled.add(chance.one(frame.requires_any & possible))
    filled |= {slot for slot in sorted(possible) if chance.random() < 0.3}
    subject: str | StatementRef | None = None
    if "subject" in filled:
        subject = UNSPECIFIED if chance.random() < 0.05 else someone(frame.subject_kinds)
        if earlier and "statement" in frame.subject_kinds and chance.random() < 0.5:
            subject = StatementRef(statement=chance.choice(earlier).id)
    object = someone(frame.object_kinds) if "object" in filled else None
    while object is not None and object == subject:
        object = someone(frame.object_kinds)
    parties: list[str] = []
    while "parties" in filled and len(parties) < (1 if subject else 2):
        parties = chance.some({i for kind in frame.party_kinds for i in KINDS[Kind(kind)]}, 3)
    roles = [RoleOf(role=r, entity=chance.one(ENTITIES)) for r in chance.some(frame.roles, 2)]
    start = chance.randrange(400)
    status = chance.choices(list(Status), [8, 1, 1])[0]
    speaking = [*KINDS[Kind.PERSON], *KINDS[Kind.STATE], *KINDS[Kind.GOVERNMENT_BODY], *KINDS[Kind.POST]]
    return Statement(
        subject=subject,
        relation=relation.id,
        object=object,
        about=chance.choice(earlier).id if "about" in filled else None,
        parties=tuple(parties),
        roles=tuple(roles),
        topic=chance.one(ENTITIES) if "topic" in filled else None,
        place=chance.one(KINDS[Kind.PLACE]) if "place" in filled else None,
        source=source,
        start=start,
        end=start + chance.randint(1, 50),
        attributed_to=tuple(chance.some(speaking, 2)) if chance.random() < 0.4 else (),
        modality=chance.choices(list(Modality), [8, 2, 2, 4, 1, 1, 1, 1, 1, 1, 4])[0],
        when=chance.date() if chance.random() < 0.7 else None,
        when_text=chance.choice(["meanwhile", "then; before publication"]) if chance.random() < 0.1 else None,
        repeated=chance.random() < 0.2,
        event=EventLink(id=chance.choice(["one", "two"])) if chance.random() < 0.3 else None,
        status=status,
        note=None if status is Status.ACTIVE else "because",
        coder=chance.choice(["curated", "machine-1"]),
        confidence=chance.random() if chance.random() < 0.3 else None,
    )


def several_fitting(
    most: int, relations: Sequence[str] = tuple(vocabulary().relations)
) -> st.SearchStrategy[list[Statement]]:
    """Distinct statements of one graph, each after those that it speaks of."""

    def made(drawn: tuple[int, int]) -> list[Statement]:
        number, seed = drawn
        chance = Chance(seed)
        found: dict[str, Statement] = {}
        for _ in range(number):
            source = chance.one(SOURCES)
            new = fitting(chance, list(found.values()), source, relations)
            if not list(source_faults(new, SOURCES[source])):
                found.setdefault(new.id, new)
        return list(found.values())

    return st.tuples(st.integers(1, most), st.integers(0, 2**32)).map(made)
