"""Statements that cannot all hold: two holders of a post, a claim and its denial, a statement and its correction."""

from collections.abc import Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from graph.columns import MODALITIES, NONE, STATUSES, SUBJECT_IS_STATEMENT
from graph.selection import Mask
from graph.snapshot import Snapshot
from graph.wording import in_words
from ontology import UNSPECIFIED, Modality, Status, vocabulary


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Statements that cannot all hold, with the kind of contradiction and the reason in words."""

    kind: str
    statements: tuple[str, ...]
    reason: str
    settled: bool


_FOUND: WeakKeyDictionary[Snapshot, tuple[Contradiction, ...]] = WeakKeyDictionary()


def contradictions(snapshot: Snapshot) -> tuple[Contradiction, ...]:
    """All contradictions: two holders of a post at one time, a claim and its denial, a statement and its correction.

    Looked for once a revision.
    """
    if snapshot not in _FOUND:
        _FOUND[snapshot] = tuple(_among(snapshot, np.ones(len(snapshot.columns), bool)))
    return _FOUND[snapshot]


def contradictions_of(snapshot: Snapshot, id: str) -> tuple[Contradiction, ...]:
    """Those that one statement is part of, looked for among the statements that share something with it."""
    row = snapshot.columns.row(id)
    if row is None:
        return ()
    found = _FOUND[snapshot] if snapshot in _FOUND else _among(snapshot, _near(snapshot, row))
    return tuple(c for c in found if id in c.statements)


def _among(snapshot: Snapshot, rows: Mask) -> Iterator[Contradiction]:
    yield from _posts(snapshot, rows)
    yield from _denials(snapshot, rows)
    yield from _corrections(snapshot, rows)


def _near(snapshot: Snapshot, row: int) -> Mask:
    """The statements that name one of the same actors, or are about the same one, or that it corrects."""
    c = snapshot.columns
    act = bool(c.flags[row] & SUBJECT_IS_STATEMENT)
    ends = {int(c.object[row]), *c.party_sets[c.parties[row]], *([] if act else [int(c.subject[row])])} - {NONE}
    sides = [n for n, parties in enumerate(c.party_sets) if not ends.isdisjoint(parties)]
    acts = c.flags & SUBJECT_IS_STATEMENT != 0
    near = np.isin(c.object, list(ends)) | np.isin(c.parties, sides) | (np.isin(c.subject, list(ends)) & ~acts)
    if act:
        near |= acts & (c.subject == c.subject[row])
    if c.about[row] != NONE:
        near |= c.about == c.about[row]
    near[row] = True
    for _, holder in snapshot.store.referring(snapshot.iris.statement(c.id(row))):
        if (corrected := c.row(snapshot.iris.id(holder))) is not None:
            near[corrected] = True
    return np.asarray(near)


def _standing(snapshot: Snapshot) -> Mask:
    return np.asarray(snapshot.columns.status != STATUSES.index(Status.RETRACTED))


_FIRM = (Modality.ASSERTED, Modality.CODED, Modality.CLAIMED, Modality.PRESUPPOSED, Modality.INTERPRETED)


def _firm(snapshot: Snapshot) -> Mask:
    return np.isin(snapshot.columns.modality, [MODALITIES.index(m) for m in _FIRM])


def _overlap(snapshot: Snapshot, a: int, b: int) -> bool:
    c = snapshot.columns
    return bool(c.earliest[a] <= c.latest[b] and c.earliest[b] <= c.latest[a])


def _together(snapshot: Snapshot, a: int, b: int) -> bool:
    """As `_overlap`, but that one ends on the day on which the other begins is a handover."""
    c = snapshot.columns
    return bool(c.earliest[a] < c.latest[b] and c.earliest[b] < c.latest[a])


def _posts(snapshot: Snapshot, among: Mask) -> Iterator[Contradiction]:
    c = snapshot.columns
    number = c.relation_number.get("holds-post")
    if number is None:
        return
    rows = c.relation_index[number]
    rows = rows[_standing(snapshot)[rows] & _firm(snapshot)[rows] & among[rows]]
    posts: dict[int, list[int]] = {}
    for row in rows.tolist():
        posts.setdefault(int(c.object[row]), []).append(row)
    for post, holders in posts.items():
        people: dict[int, list[int]] = {}
        for row in holders:
            if c.entities[c.subject[row]] != UNSPECIFIED:
                people.setdefault(int(c.subject[row]), []).append(row)
        names = sorted(people)
        for i, one in enumerate(names):
            for other in names[i + 1 :]:
                clash = [(a, b) for a in people[one] for b in people[other] if _together(snapshot, a, b)]
                if clash:
                    ids = tuple(dict.fromkeys(c.id(r) for pair in clash for r in pair))
                    label = snapshot.label
                    yield Contradiction(
                        "two-holders-of-a-post", ids,
                        f"{label(c.entities[one])} and {label(c.entities[other])} are both said to hold the post "
                        f"{label(c.entities[post])} at a time that may be the same",
                        settled=all(_is_disputed(snapshot, a) or _is_disputed(snapshot, b) for a, b in clash),
                    )  # fmt: skip


def _is_disputed(snapshot: Snapshot, row: int) -> bool:
    return bool(snapshot.columns.status[row] == STATUSES.index(Status.DISPUTED))


def _denials(snapshot: Snapshot, among: Mask) -> Iterator[Contradiction]:
    """One contradiction for all that says and all that denies the same, at times that may be the same."""
    c = snapshot.columns
    negated = np.flatnonzero((c.modality == MODALITIES.index(Modality.NEGATED)) & _standing(snapshot) & among)
    denials: dict[tuple[object, ...], list[int]] = {}
    for row in negated.tolist():
        denials.setdefault((int(c.relation[row]), *_ends(snapshot, row)), []).append(row)
    relations = {n: _denied(snapshot, int(n)) for n in np.unique(c.relation[negated])}
    firm = np.flatnonzero(_firm(snapshot) & _standing(snapshot) & among)
    firm = firm[np.isin(c.relation[firm], [n for numbers in relations.values() for n in numbers])]
    claims: dict[tuple[object, ...], list[int]] = {}
    for row in firm.tolist():
        claims.setdefault((int(c.relation[row]), *_ends(snapshot, row)), []).append(row)
    for (relation, *ends), against in denials.items():
        said = [r for n in relations[relation] for r in claims.get((n, *ends), ())]
        for_ = [a for a in said if any(_overlap(snapshot, a, b) for b in against)]
        if for_:
            against = [b for b in against if any(_overlap(snapshot, a, b) for a in for_)]
            yield Contradiction(
                "claim-and-denial",
                tuple(c.id(r) for r in (*for_, *against)),
                f"it is said, and denied: {in_words(snapshot, for_[0])}; {in_words(snapshot, against[0])}",
                settled=all(_is_disputed(snapshot, r) for r in for_) or all(_is_disputed(snapshot, r) for r in against),
            )


def _denied(snapshot: Snapshot, relation: int) -> list[int]:
    """Numbers of the relations that a denial of this one denies: itself and narrower ones."""
    c = snapshot.columns
    narrower = vocabulary().narrower(c.relations[relation])
    return [c.relation_number[r] for r in narrower if r in c.relation_number]


def _ends(snapshot: Snapshot, row: int) -> tuple[object, ...]:
    """What must agree for two statements of a relation to be of one thing; a symmetric relation has no direction."""
    c = snapshot.columns
    act = bool(c.flags[row] & SUBJECT_IS_STATEMENT)
    subject, object, about = int(c.subject[row]), int(c.object[row]), int(c.about[row])
    parties = c.party_sets[c.parties[row]]
    if vocabulary().relations[c.relations[c.relation[row]]].symmetric and not act:
        return frozenset({subject, object, *parties} - {NONE}), about
    return act, subject, object, about, frozenset(parties)


def _corrections(snapshot: Snapshot, among: Mask) -> Iterator[Contradiction]:
    c = snapshot.columns
    for row in np.flatnonzero((c.status == STATUSES.index(Status.DISPUTED)) & among).tolist():
        statement = snapshot.statements([row])[0]
        if statement.corrected_by:
            yield Contradiction(
                "correction", (statement.id, statement.corrected_by),
                statement.note or "the second corrects the first", settled=True,
            )  # fmt: skip
