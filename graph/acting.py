"""Who acts for whom, and when: posts, bodies and spokespersons, from persons up to states."""

from dataclasses import dataclass

import numpy as np

from graph.columns import MODALITIES, NONE, OPEN_END, OPEN_START, STATUSES, SUBJECT_IS_STATEMENT, Columns
from graph.entities import Entity
from ontology import Kind, Modality, Status, vocabulary

_HOLDING = tuple(MODALITIES.index(m) for m in (Modality.ASSERTED, Modality.PRESUPPOSED, Modality.CODED))
BODIES = frozenset(
    {
        Kind.GOVERNMENT_BODY,
        Kind.ORGANISATION,
        Kind.INTERGOVERNMENTAL_ORGANISATION,
        Kind.ARMED_GROUP,
        Kind.DE_FACTO_AUTHORITY,
    }
)


@dataclass(frozen=True, slots=True)
class Link:
    """One entity acts for another, between two days (numbers as in the columns)."""

    other: int
    earliest: int
    latest: int


class Acting:
    """The links of acting, from active statements that the source or data set itself vouches for.

    Only posts, bodies and persons roll up, never citizens, rebels, firms, media, open groups or members. A
    disputed holding of a post does not count. Where a holding has no date it is taken to hold at any.
    """

    def __init__(self, columns: Columns, entities: dict[str, Entity]) -> None:
        number = columns.entity_number
        self._up: dict[int, list[Link]] = {}
        self._down: dict[int, list[Link]] = {}
        relations = [n for r, n in columns.relation_number.items() if vocabulary().relations[r].acts_for]
        rows = np.concatenate([columns.relation_index[r] for r in relations]) if relations else np.empty(0, np.int64)
        for row in rows:
            if (
                columns.modality[row] in _HOLDING
                and columns.status[row] == STATUSES.index(Status.ACTIVE)
                and columns.speakers[row] == 0
                and not columns.flags[row] & SUBJECT_IS_STATEMENT
                and NONE not in (columns.subject[row], columns.object[row])
            ):
                self._link(
                    int(columns.subject[row]),
                    int(columns.object[row]),
                    int(columns.earliest[row]),
                    int(columns.latest[row]),
                )
        for e in entities.values():
            if e.of and e.id in number and e.of in number:
                self._link(number[e.id], number[e.of], OPEN_START, OPEN_END)

    def _link(self, agent: int, principal: int, earliest: int, latest: int) -> None:
        self._up.setdefault(agent, []).append(Link(principal, earliest, latest))
        self._down.setdefault(principal, []).append(Link(agent, earliest, latest))

    @property
    def agents_of_others(self) -> list[int]:
        """All who act for somebody at some time."""
        return list(self._up)

    def agents(self, entity: int) -> list[Link]:
        """The entity itself and whoever acts for it, each with the days between which it does."""
        return self._follow(entity, OPEN_START, OPEN_END, self._down)

    def principals(self, entity: int, earliest: int, latest: int) -> list[int]:
        """The entity itself and all that it acted for at some time between two days, nearest first."""
        if entity not in self._up:
            return [entity]
        return list(dict.fromkeys(link.other for link in self._follow(entity, earliest, latest, self._up)))

    def _follow(self, entity: int, earliest: int, latest: int, links: dict[int, list[Link]]) -> list[Link]:
        found = [Link(entity, earliest, latest)]
        for link in found:  # grows while it is read: breadth first
            for next in links.get(link.other, ()):
                low, high = max(link.earliest, next.earliest), min(link.latest, next.latest)
                if low <= high and not any(
                    f.other == next.other and f.earliest <= low and f.latest >= high for f in found
                ):
                    found.append(Link(next.other, low, high))
        return found
