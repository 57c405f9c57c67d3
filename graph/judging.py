"""Judgements of who is whom, made: each checked against what there is before it is recorded."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from pydantic import ValidationError
from rdflib import RDFS, URIRef

from graph.columns import SUBJECT_IS_STATEMENT
from graph.exceptions import InputError
from graph.frames import frame_faults
from graph.identities import Identities, Judgement
from graph.snapshot import Snapshot
from graph.statements import Statement, StatementRef
from ontology import UNSPECIFIED, Kind, vocabulary

_BODIES = frozenset(
    {
        Kind.GOVERNMENT_BODY, Kind.ORGANISATION, Kind.INTERGOVERNMENTAL_ORGANISATION, Kind.ARMED_GROUP,
        Kind.DE_FACTO_AUTHORITY, Kind.GROUP,
    }
)  # fmt: skip
"""Kinds that sources tell apart differently: one body may be an armed group here and an authority there."""


def merge(snapshot: Snapshot, entity: str, into: str, by: str, why: str) -> Judgement:
    """That one entity is another; both are told by id or name. Raises InputError, and what resolving names raises."""
    a, b = _entity(snapshot, entity), _entity(snapshot, into)
    identities = snapshot.identities
    if standing := identities.merges.get(a):
        raise InputError(
            f"{a!r} is merged into {standing.read_as!r} already, by judgement {standing.number}",
            way_out=f"split {a!r} first, or merge {standing.read_as!r}",
        )
    if a in identities.way(b):
        raise InputError(f"{b!r} is {a!r} already" if a != b else f"{a!r} is itself", way_out="name two entities")
    for one in (a, *identities.parts.get(a, ())):
        for other in dict.fromkeys((b, identities.of(b), *identities.parts.get(identities.of(b), ()))):
            kinds = snapshot.entities[one].kind, snapshot.entities[other].kind
            if not _may_be_one(*kinds):
                raise InputError(
                    f"{one!r} is a {kinds[0]} and {other!r} a {kinds[1]}: they cannot be one",
                    way_out="correct the kind of one of them in its data set, or merge others",
                )
    return _judgement(identities, by, why, entity=a, read_as=b)


def split(snapshot: Snapshot, entity: str, by: str, why: str) -> Judgement:
    """That an entity is itself after all: withdraws the judgement that merged it. Raises as `merge` does."""
    a = _entity(snapshot, entity)
    standing = snapshot.identities.merges.get(a)
    if standing is None:
        parts = ", ".join(snapshot.identities.parts.get(a, ()))
        raise InputError(
            f"{a!r} is merged into no other entity",
            way_out=f"split what is merged into it: {parts}" if parts else "say which statements mean another one",
        )
    return withdraw(snapshot, standing.number, by, why)


def read_otherwise(
    snapshot: Snapshot, entity: str, read_as: str, statements: Collection[str], by: str, why: str
) -> Judgement:
    """That these statements mean another entity than the one that they name. Raises as `merge` does, NotFoundError."""
    a, b = _entity(snapshot, entity), _entity(snapshot, read_as)
    if a == b:
        raise InputError(f"{a!r} is itself", way_out="name two entities")
    for id in statements:
        statement = snapshot.statement(id)
        if a not in statement.entities():
            named = ", ".join(dict.fromkeys(e for e in statement.entities() if e != UNSPECIFIED))
            raise InputError(f"the statement {id!r} does not name {a!r}", way_out=f"it names {named}")
        if b in statement.entities():
            raise InputError(f"the statement {id!r} names both {a!r} and {b!r}", way_out="mark it as disputed instead")
        if other := snapshot.identities.readings.get(id, {}).get(a):
            raise InputError(f"{id!r} is read with {other!r} for {a!r} already", way_out="withdraw that first")
        for field, message in frame_faults(_reread(statement, a, b), lambda i: _kind(snapshot, i)):
            raise InputError(f"{id!r} would be no statement: {field}: {message}", way_out="name another entity")
    return _judgement(snapshot.identities, by, why, entity=a, read_as=b, statements=tuple(statements))


def withdraw(snapshot: Snapshot, number: int, by: str, why: str) -> Judgement:
    """That a judgement no longer stands. Raises InputError."""
    identities = snapshot.identities
    if all(j.number != number for j in identities.standing):
        known = ", ".join(str(j.number) for j in identities.standing) or "none"
        raise InputError(f"no judgement {number} stands", way_out=f"those that do: {known}")
    return _judgement(identities, by, why, withdraws=number)


def acting_on_itself(snapshot: Snapshot, entity: str) -> list[str]:
    """Ids of the statements whose subject and object are both this entity, as read: a reason to look again."""
    c = snapshot.columns
    number = c.entity_number[entity]
    both = (c.subject == number) & (c.object == number) & (c.flags & SUBJECT_IS_STATEMENT == 0)
    return sorted(c.ids_of(np.flatnonzero(both)))


def _entity(snapshot: Snapshot, name: str) -> str:
    id = snapshot.named(name)
    if id == UNSPECIFIED:
        raise InputError(f"{id!r} is nobody: an agent that a text leaves open is never another's")
    return id


def _kind(snapshot: Snapshot, id: str) -> Kind | None:
    entity = snapshot.entities.get(id)
    return entity.kind if entity else None


def _may_be_one(one: Kind, other: Kind) -> bool:
    """Whether the kinds do not exclude each other: an actor may turn out to be of any of the kinds below that."""
    return {one, other} <= _BODIES or _is(one, other) or _is(other, one)


def _is(kind: Kind, wider: Kind) -> bool:
    v = vocabulary()
    return URIRef(v.kinds[wider].iri) in v.graph.transitive_objects(URIRef(v.kinds[kind].iri), RDFS.subClassOf)


def _reread(s: Statement, a: str, b: str) -> Statement:
    """The statement with one entity in place of another."""

    def one(id: str | None) -> str | None:
        return b if id == a else id

    def all_of(ids: Sequence[str]) -> tuple[str, ...]:
        return tuple(b if id == a else id for id in ids)

    return s.model_copy(update={
        "subject": s.subject if isinstance(s.subject, StatementRef) else one(s.subject), "object": one(s.object),
        "parties": all_of(s.parties), "topic": one(s.topic), "place": one(s.place),
        "roles": tuple(r.model_copy(update={"entity": one(r.entity)}) for r in s.roles),
        "attributed_to": all_of(s.attributed_to),
    })  # fmt: skip


def _judgement(identities: Identities, by: str, why: str, **judged: Any) -> Judgement:
    number = max((j.number for j in identities.judgements), default=0) + 1
    try:
        return Judgement(number=number, by=by, why=why, at=datetime.now(UTC).replace(microsecond=0), **judged)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        field = {"by": "who judges", "why": "the reason"}.get(str(fault["loc"][0]), str(fault["loc"][0]))
        raise InputError(f"{field}: {fault['msg']}", way_out="say who judges, and on which grounds") from None
