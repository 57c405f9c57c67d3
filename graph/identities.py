"""Who is whom: judgements beside the statements, which keep the ids that they name.

A judgement says that what an id names is another entity, everywhere or in some statements only; it is withdrawn by a
further one. Nothing is ever taken back from the list, and no statement is written anew for it: the columns that answer
questions are read through the judgements that stand (`as_read`).
"""

from collections.abc import Callable, Collection, Iterable
from functools import cached_property
from typing import Annotated, Any, Self

import numpy as np
from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from graph.columns import NONE, SUBJECT_IS_STATEMENT, Columns, Ints
from graph.entities import CoderName, EntityId, Model, Text, sorted_unique
from graph.statements import StatementId

Number = Annotated[int, Field(ge=1)]


class Judgement(Model):
    """One judgement: `entity` is read as `read_as`, in `statements` only where some are named; or a withdrawal.

    `number` is its place among all judgements of a store, `by` who judged, `why` on which grounds, `at` when that was
    recorded. `withdraws` is the number of the judgement that no longer stands.
    """

    number: Number
    entity: EntityId | None = None
    read_as: EntityId | None = None
    statements: Annotated[tuple[StatementId, ...], AfterValidator(sorted_unique)] = ()
    withdraws: Number | None = None
    by: CoderName
    why: Text
    at: AwareDatetime

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.withdraws is None:
            if self.entity is None or self.read_as is None:
                raise ValueError("a judgement names an entity and what it is read as, or what it withdraws")
            if self.entity == self.read_as:
                raise ValueError(f"{self.entity!r} is itself already")
        elif self.entity or self.read_as or self.statements:
            raise ValueError("a withdrawal names nothing but the judgement that it withdraws")
        elif self.withdraws >= self.number:
            raise ValueError("only an earlier judgement can be withdrawn")
        return self


def told(j: Judgement) -> str:
    """A judgement in words."""
    if j.withdraws:
        return f"judgement {j.withdraws} is withdrawn"
    return f"{j.entity} is {j.read_as}" + (f" in {', '.join(j.statements)}" if j.statements else "")


class Identities:
    """What the judgements come to, given the entities that there are.

    A judgement whose entities or statements are not there rests: it counts again when they are back.
    """

    def __init__(self, judgements: Iterable[Judgement] = (), entities: Collection[str] = ()) -> None:
        self.judgements = tuple(sorted(judgements, key=lambda j: j.number))
        self._entities = entities
        withdrawn = {j.withdraws for j in self.judgements}
        self.standing = tuple(j for j in self.judgements if j.withdraws is None and j.number not in withdrawn)
        """Those that are not withdrawn, in order."""
        self.merges = {str(j.entity): j for j in self.standing if not j.statements}
        """The standing judgement by which an entity is another one everywhere."""

    def of(self, id: str) -> str:
        """The entity that this one is: the last that is there on the way of merges, itself where it is not merged."""
        return self.merged.get(id, id)

    @cached_property
    def merged(self) -> dict[str, str]:
        """The entity that each merged one is."""
        found = {id: [i for i in self.way(id) if i in self._entities][-1] for id in self.merges if id in self._entities}
        return {id: other for id, other in found.items() if other != id}

    def way(self, id: str) -> list[str]:
        """The entity and those that it is merged into, one by one, whether they are there or not."""
        found = [id]
        while (judgement := self.merges.get(found[-1])) and judgement.read_as not in found:
            found.append(str(judgement.read_as))
        return found

    def about(self, id: str) -> tuple[Judgement, ...]:
        """Every judgement that names the entity, and the withdrawals of these."""
        naming = {j.number for j in self.judgements if id in (j.entity, j.read_as)}
        return tuple(j for j in self.judgements if j.number in naming or j.withdraws in naming)

    @cached_property
    def parts(self) -> dict[str, list[str]]:
        """The entities that are merged into each, directly or by way of others, by id."""
        found: dict[str, list[str]] = {}
        for id, other in sorted(self.merged.items()):
            found.setdefault(other, []).append(id)
        return found

    @cached_property
    def readings(self) -> dict[str, dict[str, str]]:
        """For each statement that is read otherwise, what is read for the entities that it names."""
        found: dict[str, dict[str, str]] = {}
        for j in self.standing:
            if j.entity in self._entities and j.read_as in self._entities:
                for statement in j.statements:
                    found.setdefault(statement, {})[str(j.entity)] = str(j.read_as)
        return found

    @cached_property
    def held(self) -> set[str]:
        """The entities that standing judgements name."""
        return {id for j in self.standing for id in (j.entity, j.read_as) if id}


def as_read(columns: Columns, identities: Identities) -> Columns:
    """The columns with each entity as the one that it is; the same ones where no judgement stands.

    Rows and ids stay. What is stated is not in them any more: whoever writes goes by the columns that were given.
    """
    number = columns.entity_number

    def numbers(other: dict[str, str]) -> dict[int, int]:
        return {number[a]: number[one] for a, b in other.items() if a in number and (one := identities.of(b)) in number}

    merged = numbers(identities.merged)
    readings = {r: numbers(o) for id, o in identities.readings.items() if (r := columns.row(id)) is not None}
    if not (merged or readings):
        return columns
    one = np.append(np.arange(len(columns.entities), dtype=np.int32), np.int32(NONE))  # NONE, -1, is the last
    one[list(merged)] = list(merged.values())
    act = columns.flags & SUBJECT_IS_STATEMENT != 0
    arrays: dict[str, Ints] = {name: one[getattr(columns, name)] for name in ("object", "topic", "place")}
    arrays["subject"] = np.where(act, columns.subject, one[np.where(act, NONE, columns.subject)])
    tables: dict[str, list[Any]] = {}
    for name, table, rewritten in _sets(columns):
        stated: list[Any] = getattr(columns, table)
        known = {members: n for n, members in enumerate(stated)}
        new = [known.setdefault(rewritten(members, merged), len(known)) for members in stated]
        arrays[name] = np.array(new, np.int32)[getattr(columns, name)]
        for row, other in readings.items():
            members = rewritten(stated[getattr(columns, name)[row]], merged | other)
            arrays[name][row] = known.setdefault(members, len(known))
        tables[table] = list(known)
    for row, other in readings.items():
        for name in ("object", "topic", "place", *(() if act[row] else ("subject",))):
            named = int(getattr(columns, name)[row])
            arrays[name][row] = other.get(named, arrays[name][row])
    return columns.reread(arrays, tables, {id: int(one[n]) for id, n in number.items()})


_Members = tuple[Any, ...]


def _sets(columns: Columns) -> tuple[tuple[str, str, Callable[[_Members, dict[int, int]], _Members]], ...]:
    """The columns that lead to sets, with the tables of these and how a set is rewritten: in the order of ids."""
    name = columns.entities.__getitem__

    def parties(members: _Members, other: dict[int, int]) -> _Members:
        if other.keys().isdisjoint(members):
            return members
        return tuple(sorted({other.get(e, e) for e in members}, key=name))

    def roles(members: _Members, other: dict[int, int]) -> _Members:
        if not any(e in other for _, e in members):
            return members
        return tuple(sorted({(r, other.get(e, e)) for r, e in members}, key=lambda pair: (pair[0], name(pair[1]))))

    def chain(members: _Members, other: dict[int, int]) -> _Members:
        return tuple(other.get(e, e) for e in members)

    return ("parties", "party_sets", parties), ("roles", "role_sets", roles), ("speakers", "chains", chain)
