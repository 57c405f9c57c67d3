"""A cast with entities of every kind, and random statements, entities and sources, hostile strings among them."""

from base64 import b32encode
from collections.abc import Sequence
from datetime import date
from typing import Any

from hypothesis import strategies as st

from graph import Entity, EventLink, Name, RoleOf, Source, Statement, StatementRef
from ontology import UNSPECIFIED, Kind, Modality, Status, vocabulary

ENTITIES = {
    id: Entity.model_validate({"id": id, "kind": kind, "label": id, "of": of})
    for id, kind, of in (
        ("norland", "state", None), ("sudland", "state", None), ("ministry-of-sudland", "government-body", "sudland"),
        ("minister-of-sudland", "post", "ministry-of-sudland"), ("minister-of-norland", "post", "norland"),
        ("ada-norn", "person", None), ("bo-sund", "person", None), ("river-guild", "organisation", None),
        ("league-of-rivers", "intergovernmental-organisation", None), ("free-boatmen", "armed-group", None),
        ("upper-valley", "de-facto-authority", None), ("the-neighbours", "group", None),
        ("norlanders", "population", None),
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


@st.composite
def fitting(draw: st.DrawFn, earlier: list[Statement], source: str, relations: Sequence[str]) -> Statement:
    """Statements of the cast that fit their relation's frame; they may speak of earlier ones."""
    relation = vocabulary().relations[draw(st.sampled_from(relations))]
    frame = relation.frame

    def someone(allowed: frozenset[str]) -> st.SearchStrategy[str]:
        return st.sampled_from([i for kind in allowed if kind in set(Kind) for i in KINDS[Kind(kind)]])

    filled = set(frame.requires)
    if frame.requires_any:
        possible = sorted(s for s in frame.requires_any if s != "about" or earlier)
        filled.add(draw(st.sampled_from(possible)))
    filled |= {s for s in sorted(frame.permits) if draw(st.integers(0, 3)) == 0 and (s != "about" or earlier)}
    anyone = st.sampled_from(list(ENTITIES))
    actors = frame.subject_kinds - {"statement"}
    subject: str | StatementRef | None = None
    if "subject" in filled:
        subject = draw(someone(actors) | st.just(UNSPECIFIED))
        if earlier and "statement" in frame.subject_kinds and draw(st.booleans()):
            subject = StatementRef(statement=draw(st.sampled_from(earlier)).id)
    objects = someone(frame.object_kinds).filter(lambda o: o != subject) if "object" in filled else st.none()
    parties: list[str] = []
    if "parties" in filled:
        least = 1 if subject else 2
        parties = draw(st.lists(someone(frame.party_kinds), min_size=least, max_size=3, unique=True))
    roles = []
    if frame.roles:
        roles = draw(st.lists(st.builds(RoleOf, role=st.sampled_from(sorted(frame.roles)), entity=anyone), max_size=2))
    start = draw(st.integers(0, 400))
    status = draw(st.sampled_from([Status.ACTIVE, Status.ACTIVE, Status.ACTIVE, Status.DISPUTED, Status.RETRACTED]))
    speakers = st.sampled_from([*KINDS[Kind.PERSON], *KINDS[Kind.STATE], *KINDS[Kind.GOVERNMENT_BODY]])
    return Statement(
        subject=subject,
        relation=relation.id,
        object=draw(objects),
        about=draw(st.sampled_from(earlier)).id if "about" in filled else None,
        parties=tuple(parties),
        roles=tuple(roles),
        topic=draw(anyone) if "topic" in filled else None,
        place=draw(st.sampled_from(KINDS[Kind.PLACE])) if "place" in filled else None,
        source=source,
        start=start,
        end=start + draw(st.integers(1, 50)),
        attributed_to=tuple(draw(st.lists(speakers, max_size=2))),
        modality=draw(st.sampled_from([Modality.ASSERTED, Modality.PRESUPPOSED, Modality.NEGATED, *Modality])),
        when=draw(optional(edtf())),
        repeated=draw(st.booleans()),
        event=draw(optional(st.sampled_from(["one", "two"]).map(lambda i: EventLink(id=i)))),
        status=status,
        note=None if status is Status.ACTIVE else "because",
        coder=draw(st.sampled_from(["curated", "machine-1"])),
        confidence=draw(confidences),
    )


@st.composite
def several_fitting(
    draw: st.DrawFn, most: int, relations: Sequence[str] = tuple(vocabulary().relations)
) -> list[Statement]:
    """Distinct statements of one graph, each after those that it speaks of."""
    found: dict[str, Statement] = {}
    for _ in range(draw(st.integers(1, most))):
        new = draw(fitting(list(found.values()), draw(st.sampled_from(list(SOURCES))), relations))
        found.setdefault(new.id, new)
    return list(found.values())
