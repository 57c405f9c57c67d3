"""Names to entities: by id, label, alias, stand-in, post and date, in any script and case."""

import difflib
import unicodedata
from collections.abc import Iterable, Mapping

from graph.entities import Entity, is_provisional
from graph.exceptions import AmbiguousNameError, Candidate, UnknownNameError
from ontology import UNSPECIFIED, Kind


def fold(name: str) -> str:
    """The form in which names are compared: compatibility-normalised, case folded, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).split())


class Names:
    """An index of all names of some entities.

    An entity without a name in its source is found by its id only. The names and ids of a merged entity, of which
    `merged` tells what it is, mean that other one.
    """

    def __init__(self, entities: Mapping[str, Entity], merged: Mapping[str, str] | None = None) -> None:
        self._entities, self._merged = entities, merged or {}
        self._index: dict[str, set[str]] = {}
        for e in entities.values():
            if e.unnamed_in is None:
                for name in (e.label, *e.aliases):
                    self._index.setdefault(fold(name.text), set()).add(self._one(e.id))

    def resolve(self, name: str, *, actor: bool = False, kinds: Iterable[Kind] = ()) -> str:
        """The id of the one entity that a name means.

        An id wins over a label. With `actor`, a place is taken for the actor that it stands for, so that
        "Moscow" is Russia; with `kinds`, only entities of these kinds are meant. Who is provisional, from an import,
        gives way to the one who is known otherwise. Raises UnknownNameError and AmbiguousNameError, both with
        candidates.
        """
        if name == UNSPECIFIED:
            return name
        if name in self._entities:
            return self._stand_in(self._one(name)) if actor else self._one(name)
        found = self._index.get(fold(name), set())
        if actor:
            found = {self._stand_in(i) for i in found}
        if wanted := set(kinds):
            found = {i for i in found if self._entities[i].kind in wanted}
        if len(found) > 1 and len(known := {i for i in found if not is_provisional(i)}) == 1:
            found = known
        if len(found) == 1:
            return next(iter(found))  # the index owns the set
        if found:
            raise AmbiguousNameError(name, self.candidates(sorted(found)))
        raise UnknownNameError(name, self.candidates(self.similar(name)))

    def knows(self, name: str) -> bool:
        """Whether some entity has the name or id: a look-up, which `resolve` is only then."""
        return name in self._entities or fold(name) in self._index

    def _one(self, id: str) -> str:
        return self._merged.get(id, id)

    def _stand_in(self, id: str) -> str:
        return self._one(self._entities[id].stands_for or id)

    def similar(self, name: str, limit: int = 5) -> list[str]:
        """Ids of entities with a similar name, nearest first."""
        wanted = fold(name)
        known = [*self._index, *self._entities]
        near = difflib.get_close_matches(wanted, known, n=limit, cutoff=0.6) if len(known) < 50_000 else []
        within = [k for k in self._index if wanted and wanted in k][:limit]
        ids = [i for k in [*near, *within] for i in ([self._one(k)] if k in self._entities else sorted(self._index[k]))]
        return list(dict.fromkeys(ids))[:limit]

    def search(self, text: str) -> list[str]:
        """Ids of the entities one of whose names, or whose id, contains the text; by id."""
        wanted = fold(text)
        found = {i for k, ids in self._index.items() if wanted in k for i in ids}
        return sorted(found | {self._one(i) for i in self._entities if wanted in i})

    def ambiguous(self) -> dict[str, list[str]]:
        """Names, folded, that several entities have, with their ids. A place and what it stands for are one here."""
        found = {name: sorted({self._stand_in(i) for i in ids}) for name, ids in sorted(self._index.items())}
        return {name: ids for name, ids in found.items() if len(ids) > 1}

    def candidates(self, ids: Iterable[str]) -> list[Candidate]:
        """What is said of entities that a name may mean."""
        return [Candidate(i, self._entities[i].label.text, self._entities[i].kind) for i in ids if i in self._entities]
