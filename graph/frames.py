"""Whether a statement fits its relation's frame, and whether what it names exists."""

from collections.abc import Callable, Iterator

from graph.entities import Entity
from graph.sources import Source
from graph.statements import Statement, StatementRef
from ontology import UNSPECIFIED, Kind, Modality, vocabulary

KindOf = Callable[[str], Kind | None]


def faults_of(
    thing: Statement | Entity | Source, kind_of: KindOf, source_of: Callable[[str], Source | None],
    has_statement: Callable[[str], bool],
) -> Iterator[tuple[str, str]]:  # fmt: skip
    """Every fault of a statement, entity or source as (field, message). The functions tell what else there is."""
    match thing:
        case Statement():
            source = source_of(thing.source)
            if source is None:
                yield "source", f"no source has the id {thing.source!r}"
                return
            yield from frame_faults(thing, kind_of)
            yield from source_faults(thing, source)
            for other in (*thing.statements(), thing.corrected_by):
                if other and not has_statement(other):
                    yield "about", f"refers to the statement {other!r}, which does not exist"
        case Entity():
            yield from entity_faults(thing, kind_of)
            if thing.unnamed_in is not None and source_of(thing.unnamed_in) is None:
                yield "unnamed_in", f"no source has the id {thing.unnamed_in!r}"
        case Source():
            if thing.derived_from is not None and source_of(thing.derived_from) is None:
                yield "derived_from", f"no source has the id {thing.derived_from!r}"


def frame_faults(statement: Statement, kind_of: KindOf) -> Iterator[tuple[str, str]]:
    """Every fault as (field, message). `kind_of` gives an entity's kind, None where it does not exist."""
    s, relation = statement, vocabulary().relation(statement.relation)
    frame = relation.frame
    filled = {
        slot
        for slot, value in (
            ("subject", s.subject), ("object", s.object), ("about", s.about),
            ("parties", s.parties), ("topic", s.topic), ("place", s.place),
        ) if value
    }  # fmt: skip
    standing = filled | frame.parties_for if s.parties else filled
    if not (frame.requires <= standing and filled <= frame.permits):
        for slot in sorted(frame.requires - standing):
            yield slot, f"{relation.id} requires {slot}"
        for slot in sorted(filled - frame.permits):
            yield slot, f"{relation.id} takes no {slot}; it takes {', '.join(sorted(frame.permits))}"
    if frame.requires_any and frame.requires_any.isdisjoint(standing):
        yield "relation", f"{relation.id} requires at least one of {', '.join(sorted(frame.requires_any))}"
    for role in s.roles:
        if role.role not in frame.roles:
            yield "roles", f"{relation.id} takes no role {role.role!r}; it takes {', '.join(sorted(frame.roles))}"
    for entity in sorted({e for e in s.entities() if kind_of(e) is None and e != UNSPECIFIED}):
        yield _field_of(s, entity), f"no entity has the id {entity!r}: add it, or mend the name"

    def wrong(entity: str | None, kinds: frozenset[str]) -> str | None:
        kind = None if entity is None else kind_of(entity)  # the unspecified agent has none
        return None if kind is None or kind in kinds else f"{entity!r} is a {kind}"

    if isinstance(s.subject, StatementRef):
        if "statement" not in frame.subject_kinds:
            yield "subject", f"{relation.id} takes no statement as its subject"
    elif fault := wrong(s.subject, frame.subject_kinds):
        yield "subject", f"{fault}; the subject of {relation.id} is one of {', '.join(sorted(frame.subject_kinds))}"
    if fault := wrong(s.object, frame.object_kinds):
        yield "object", f"{fault}; the object of {relation.id} is one of {', '.join(sorted(frame.object_kinds))}"
    for party in s.parties:
        if frame.party_kinds and (fault := wrong(party, frame.party_kinds)):
            yield "parties", f"{fault}; parties of {relation.id} are of {', '.join(sorted(frame.party_kinds))}"
    within = s.subject == UNSPECIFIED or s.modality is Modality.CODED  # data sets code what happens within a country
    if s.subject is not None and s.subject == s.object and not (relation.reflexive or within):
        yield "object", f"subject and object of {relation.id} are the same, {s.object!r}"
    if len(s.parties) == 1 and s.subject is None:
        yield "parties", f"{relation.id} with parties alone needs at least two of them"
    if kind := wrong(s.place, frozenset({Kind.PLACE})):
        yield "place", f"{kind}; a place is needed"


def _field_of(s: Statement, entity: str) -> str:
    singles = {"subject": s.subject, "object": s.object, "topic": s.topic, "place": s.place}
    for field, value in singles.items():
        if value == entity:
            return field
    if entity in s.parties:
        return "parties"
    return "attributed_to" if entity in s.attributed_to else "roles"


def source_faults(statement: Statement, source: Source) -> Iterator[tuple[str, str]]:
    """Faults of the place in the source, and of a time that its date of publication rules out."""
    if statement.end is not None and source.length is not None and statement.end > source.length:
        yield "end", f"end {statement.end} is outside the text of {source.id!r}, which has {source.length} characters"
    earliest, latest = statement.bounds(source.published)
    if earliest and latest and earliest > latest:
        yield "when", f"{statement.when!r} and {statement.when_text!r} exclude each other, published {source.published}"


def entity_faults(entity: Entity, kind_of: KindOf) -> Iterator[tuple[str, str]]:
    """Faults of what an entity refers to. `kind_of` as for `frame_faults`."""
    singles = {"of": entity.of, "country": entity.country, "stands_for": entity.stands_for}
    for other in dict.fromkeys(entity.references()):
        if kind_of(other) is None:
            field = next((name for name, value in singles.items() if value == other), "members")
            yield field, f"no entity has the id {other!r}: add it, or mend the name"
    kind = kind_of(entity.of) if entity.of else None
    if kind and kind not in (
        Kind.STATE, Kind.GOVERNMENT_BODY, Kind.INTERGOVERNMENTAL_ORGANISATION, Kind.ORGANISATION,
        Kind.DE_FACTO_AUTHORITY, Kind.ARMED_GROUP,
    ):  # fmt: skip
        yield "of", f"{entity.of!r} is a {kind}: a post or body belongs to a state, body or organisation"
    kind = kind_of(entity.country) if entity.country else None
    if kind and kind not in (Kind.STATE, Kind.DE_FACTO_AUTHORITY, Kind.PLACE):
        yield "country", f"{entity.country!r} is a {kind}: a country is a state, de facto authority or place"
