"""Statements that cannot all hold: two holders of a post, a claim and its denial, a statement and its correction."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from graph.columns import MODALITIES, NONE, STATUSES, SUBJECT_IS_STATEMENT
from graph.selection import Mask
from graph.snapshot import Snapshot
from ontology import UNSPECIFIED, Modality, Status, vocabulary


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Statements that cannot all hold, with the kind of contradiction and the reason in words."""

    kind: str
    statements: tuple[str, ...]
    reason: str
    settled: bool


def contradictions(snapshot: Snapshot) -> list[Contradiction]:
    """All contradictions: two holders of a post at one time, a claim and its denial, a statement and its correction."""
    return [*_posts(snapshot), *_denials(snapshot), *_corrections(snapshot)]


def _standing(snapshot: Snapshot) -> Mask:
    return np.asarray(snapshot.columns.status != STATUSES.index(Status.RETRACTED))


_FIRM = (Modality.ASSERTED, Modality.CODED, Modality.CLAIMED, Modality.PRESUPPOSED, Modality.INTERPRETED)


def _firm(snapshot: Snapshot) -> Mask:
    return np.isin(snapshot.columns.modality, [MODALITIES.index(m) for m in _FIRM])


def _overlap(snapshot: Snapshot, a: int, b: int) -> bool:
    c = snapshot.columns
    return bool(c.earliest[a] <= c.latest[b] and c.earliest[b] <= c.latest[a])


def _posts(snapshot: Snapshot) -> Iterator[Contradiction]:
    c = snapshot.columns
    number = c.relation_number.get("holds-post")
    if number is None:
        return
    rows = c.relation_index[number]
    rows = rows[_standing(snapshot)[rows] & _firm(snapshot)[rows]]
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
                clash = [(a, b) for a in people[one] for b in people[other] if _overlap(snapshot, a, b)]
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


def _denials(snapshot: Snapshot) -> Iterator[Contradiction]:
    c = snapshot.columns
    statement_as_subject = c.flags & SUBJECT_IS_STATEMENT
    negated = np.flatnonzero((c.modality == MODALITIES.index(Modality.NEGATED)) & _standing(snapshot))
    for row in negated.tolist():
        relation = c.relations[c.relation[row]]
        if statement_as_subject[row]:
            who = "an act"
        else:
            who = snapshot.label(c.entities[c.subject[row]]) if c.subject[row] != NONE else "the parties"
        narrower = [c.relation_number[r] for r in vocabulary().narrower(relation) if r in c.relation_number]
        same = (
            (c.subject == c.subject[row]) & (statement_as_subject == statement_as_subject[row])
            & (c.object == c.object[row]) & (c.about == c.about[row]) & (c.parties == c.parties[row])
            & np.isin(c.relation, narrower) & _standing(snapshot)
            & _firm(snapshot)
        )  # fmt: skip
        for other in np.flatnonzero(same).tolist():
            if _overlap(snapshot, row, other):
                yield Contradiction(
                    "claim-and-denial", (c.id(other), c.id(row)),
                    f"one says that {who} {vocabulary().relation(relation).label}, the other that it is not so",
                    settled=_is_disputed(snapshot, row) or _is_disputed(snapshot, other),
                )  # fmt: skip


def _corrections(snapshot: Snapshot) -> Iterator[Contradiction]:
    c = snapshot.columns
    for row in np.flatnonzero(c.status == STATUSES.index(Status.DISPUTED)).tolist():
        statement = snapshot.statements([row])[0]
        if statement.corrected_by:
            yield Contradiction(
                "correction", (statement.id, statement.corrected_by),
                statement.note or "the second corrects the first", settled=True,
            )  # fmt: skip
