"""Statements that look like those of a real graph, the same ones for the same seed: nothing here is about anybody.

A few actors do most of it (Zipf), relations of every family come in plausible shares, a tenth are mediations with
parties, some speak about others. Two thirds are records of coded tables, the rest passages of texts with speakers,
modalities and anchored or open dates.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from typing import Any

from graph import Entity, Source, Statement, StatementRef

DATASET = "benchmark"
FIRST_DAY, DAYS = date(2000, 1, 1), 25 * 365
MEDIATION = {
    "mediates": 40, "brokers-agreement": 8, "offers-mediation": 12, "requests-mediation": 6, "accepts-mediation": 5,
    "rejects-mediation": 5, "facilitates": 8, "hosts": 8, "convenes": 4, "observes": 2, "guarantees": 2,
}  # fmt: skip
DIRECTED = {
    "opposes": 30, "rejects": 25, "threatens": 30, "sanctions": 20, "assaults": 30, "fights": 40, "coerces": 15,
    "protests-against": 20, "reduces-relations-with": 10, "invites": 35, "accepts-invitation": 10,
    "declines-invitation": 6, "accuses": 60, "accuses-of-crime": 10, "criticises": 60, "complains-about": 15,
    "investigates": 10, "supports": 45, "aids": 20, "aids-economically": 25, "aids-militarily": 15, "endorses": 20,
    "defends": 15, "urges": 40, "demands": 30, "appeals-to": 30, "visits": 60, "receives": 30, "yields-to": 10,
    "intends-to-cooperate-with": 20, "disregards": 5, "responds-to": 15,
}  # fmt: skip
SYMMETRIC = {
    "consults": 60,
    "meets": 60,
    "telephones": 20,
    "discusses-with": 30,
    "negotiates-with": 30,
    "cooperates-with": 30,
}
ABOUT = {
    "opposes": 6,
    "criticises": 6,
    "supports": 4,
    "declines-to-confirm": 3,
    "denies": 4,
    "confirms": 4,
    "states": 8,
    "worsens": 1,
}
SPOKEN = {
    "asserted": 30,
    "claimed": 40,
    "presupposed": 5,
    "intended": 6,
    "negated": 5,
    "conditional": 5,
    "uncertain": 4,
    "imputed": 2,
}
OWN = {"asserted": 70, "presupposed": 8, "interpreted": 6, "intended": 5, "imputed": 4, "negated": 4, "unconfirmed": 3}
KINDS = {
    "person": 35,
    "government-body": 25,
    "organisation": 15,
    "armed-group": 10,
    "group": 10,
    "intergovernmental-organisation": 5,
}


@dataclass(frozen=True)
class Generated:
    """What to load. `lines` are the statements as JSON, as an importer would get them."""

    entities: Sequence[Entity]
    sources: Sequence[Source]
    statements: Sequence[Statement]
    lines: Sequence[bytes] = field(repr=False)


def generate(count: int, seed: int = 20310301) -> Generated:
    """`count` statements with the entities and sources that they name."""
    maker = _Maker(count, random.Random(seed))
    statements = list(maker.statements())
    lines = [s.model_dump_json(exclude_defaults=True, exclude={"id"}).encode() for s in statements]
    return Generated(list(maker.entities.values()), maker.sources, statements, lines)


class _Pick:
    """Draws by weight; by Zipf's law where only items are given."""

    def __init__(self, rng: random.Random, items: dict[str, int] | Sequence[str]) -> None:
        self._rng, self._items = rng, list(items)
        weights = (
            list(items.values()) if isinstance(items, dict) else [1 / rank**0.9 for rank in range(1, len(items) + 1)]
        )
        self._totals = list(accumulate(weights))

    def __call__(self, but: Sequence[str | None] = ()) -> str:
        while True:
            found = self._rng.choices(self._items, cum_weights=self._totals)[0]
            if found not in but:
                return found


class _Maker:
    def __init__(self, count: int, rng: random.Random) -> None:
        self.count, self.rng = count, rng
        self.entities: dict[str, Entity] = {}
        self.actors = self._actors(max(400, count // 20))
        self.processes = self._many("process", max(20, count // 400))
        self.matters = self._many("matter", max(20, count // 400))
        self.places = self._many("place", 200)
        self.holders = self._posts()
        # One graph is one released file or data set, not one article: a store holds few of them.
        self.tables = [self._source(f"table-{n}", coder="coder-1.0", modality="coded") for n in range(1, 7)]
        self.texts = [
            self._source(
                f"text-{n}", published=self._day().isoformat(), language="en", length=10**7, file=f"text-{n}.txt"
            )
            for n in range(1, 5)
        ]
        self.sources = [*self.tables, *self.texts]
        self.made: dict[str, list[Statement]] = {s.id: [] for s in self.sources}
        self.draw = {
            "actor": _Pick(rng, self.actors), "process": _Pick(rng, self.processes), "matter": _Pick(rng, self.matters),
            "place": _Pick(rng, self.places), "mediation": _Pick(rng, MEDIATION), "directed": _Pick(rng, DIRECTED),
            "symmetric": _Pick(rng, SYMMETRIC), "about": _Pick(rng, ABOUT), "spoken": _Pick(rng, SPOKEN),
            "own": _Pick(rng, OWN),
        }  # fmt: skip

    def statements(self) -> Iterator[Statement]:
        """The statements, holdings of posts first."""
        seen: set[str] = set()
        holdings = iter(self.holders[: self.count // 50])
        while len(seen) < self.count:
            person, post = next(holdings, (None, None))
            given = self._holding(person, post) if person else self._one(len(seen))
            statement = Statement.model_validate(given)
            if statement.id not in seen:
                seen.add(statement.id)
                self.made[statement.source].append(statement)
                yield statement

    # Entities and sources

    def _add(self, id: str, kind: str, **more: Any) -> str:
        label = id.replace("-", " ").title()
        self.entities[id] = Entity.model_validate({"id": id, "kind": kind, "label": label, **more})
        return id

    def _many(self, kind: str, count: int) -> list[str]:
        return [self._add(f"{kind}-{n}", kind) for n in range(1, count + 1)]

    def _actors(self, count: int) -> list[str]:
        states = self._many("state", 200)
        pick, state = _Pick(self.rng, KINDS), _Pick(self.rng, states)
        others = []
        for n in range(1, count - 199):
            kind = pick()
            more = {"of": state()} if kind == "government-body" else {"closed": False} if kind == "group" else {}
            others.append(self._add(f"{kind}-{n}", kind, **more))
        return states + others

    def _posts(self) -> list[tuple[str, str]]:
        owners = [e.id for e in self.entities.values() if e.kind in ("state", "government-body")]
        people = [e.id for e in self.entities.values() if e.kind == "person"]
        owner = _Pick(self.rng, owners)
        return [(p, self._add(f"post-{n}", "post", of=owner())) for n, p in enumerate(people[: len(people) // 3], 1)]

    def _source(self, id: str, **more: Any) -> Source:
        return Source.model_validate({"id": id, "title": id, "kind": "benchmark", "dataset": DATASET, **more})

    # Statements

    def _holding(self, person: str | None, post: str | None) -> dict[str, Any]:
        text = self.texts[0].id
        return {
            "subject": person,
            "relation": "holds-post",
            "object": post,
            "modality": "asserted",
            "source": text,
            **self._span(),
        }

    def _one(self, number: int) -> dict[str, Any]:
        rng, draw = self.rng, self.draw
        s = self._coded(number) if rng.random() < 0.65 else self._told()
        kind = rng.random()
        if kind < 0.1:
            s |= {"relation": draw["mediation"](), "subject": draw["actor"]()}
            one = draw["actor"]([s["subject"]])
            s["parties"] = [one, draw["actor"]([s["subject"], one])]
            if rng.random() < 0.4:
                s["object"] = draw["process"]()
            if rng.random() < 0.1:
                s["roles"] = [{"role": "host", "entity": draw["actor"]([])}]
        elif kind < 0.14 and self.made[s["source"]]:
            other = rng.choice(self.made[s["source"]][-500:])
            s |= {"relation": draw["about"](), "subject": draw["actor"](), "about": other.id}
            if s["relation"] == "worsens":
                s |= {"subject": StatementRef(statement=other.id), "object": draw["actor"](), "about": None}
        elif kind < 0.3:
            s |= {"relation": draw["symmetric"]()}
            one = draw["actor"]()
            pair = [one, draw["actor"]([one])]
            s |= {"parties": pair} if rng.random() < 0.3 else {"subject": pair[0], "object": pair[1]}
        else:
            s |= {"relation": draw["directed"](), "subject": draw["actor"]()}
            s["object"] = draw["actor"]([s["subject"]])
        if rng.random() < 0.1:
            s["topic"] = draw["matter"]()
        if rng.random() < 0.05:
            s["place"] = draw["place"]()
        return s

    def _coded(self, number: int) -> dict[str, Any]:
        when = self._day().isoformat()
        source = self.rng.choice(self.tables).id
        return {"source": source, "record": f"{number}", "modality": "coded", "coder": "coder-1.0", "when": when}

    def _told(self) -> dict[str, Any]:
        rng, draw = self.rng, self.draw
        chance = rng.random()
        speakers = [draw["actor"]() for _ in range(0 if chance < 0.5 else 1 if chance < 0.95 else 2)]
        s = {
            "source": rng.choice(self.texts).id,
            "attributed_to": speakers,
            "modality": draw["spoken" if speakers else "own"](),
            **self._span(),
        }
        dating, day = rng.random(), self._day().isoformat()
        if dating < 0.85:
            s["when"] = day[: 10 if dating < 0.6 else 7 if dating < 0.75 else 4]
        elif dating < 0.95:
            s["when_text"] = "earlier; before publication"
        if rng.random() < 0.2:
            s["event"] = f"event-{rng.randrange(max(10, self.count // 20))}"
        if rng.random() < 0.01:
            s |= {"status": "retracted", "note": "Withdrawn by the publisher."}
        return s

    def _span(self) -> dict[str, int]:
        start = self.rng.randrange(9_900_000)
        return {"start": start, "end": start + self.rng.randrange(20, 200)}

    def _day(self) -> date:
        return FIRST_DAY + timedelta(self.rng.randrange(DAYS))
