"""Tables count what loops over statements count, and tell a zero from what nobody knows."""

import copy
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph import Entity, KnowledgeGraph, Level, Selection, Source, Statement
from graph.columns import Columns
from graph.exceptions import ParameterError
from graph.snapshot import Snapshot
from graph.tables import By, Split, Table, Unit, table
from ontology import Relation, vocabulary
from tests.effort import tries
from tests.graph.strategies import ENTITIES, SOURCES, Chance, several_fitting


def mixed(*kinds: str) -> dict[str, Source]:
    """The sources as ones of these kinds, each a data set of its own."""
    kind = dict(zip(SOURCES, kinds, strict=True))
    return {id: s.model_copy(update={"kind": kind[id], "dataset": f"set-{id}"}) for id, s in SOURCES.items()}


EVENTS, TEXTS, PAPERS = "event table", "article", "agreement table"
MIXED = mixed(EVENTS, TEXTS, PAPERS)
PREFIX = {"event table": "coded", "article": "claims", "agreement table": "agreements"}
COUNTS = [
    f"{p}_{b}" for p in PREFIX.values() for b in ("statements_low", "statements_high", "events_low", "events_high")
]
ACTORS = vocabulary().relations["mediates"].frame.party_kinds
TOLD = ("asserted", "coded", "claimed", "presupposed", "interpreted")
Key = tuple[str, ...]


def revision_of(
    kg: KnowledgeGraph, said: Iterable[Statement],
    sources: dict[str, Source] = MIXED, entities: dict[str, Entity] = ENTITIES,
) -> Snapshot:  # fmt: skip
    """A revision of these statements, without their being written."""
    found = copy.copy(kg.snapshot)
    for name in ("names", "acting", "selector"):
        vars(found).pop(name, None)
    found.entities, found.sources = dict(entities), dict(sources)
    found.columns = Columns.empty().edited((), said, found.sources, found.entities)
    return found


def rows_of(found: Table) -> dict[Key, dict[str, Any]]:
    """The counts by unit, what it is split by, and period."""
    names = list(found.columns)
    keys = [f"{part}_id" for part in found.unit.parts] + ([found.split] if found.split != "none" else []) + ["period"]
    rows = [dict(zip(names, row, strict=True)) for row in found.rows()]
    made = {tuple(row[k] for k in keys): row for row in rows}
    assert len(made) == len(rows)
    assert list(made) == sorted(made)
    return made


# The same by loops


def word(relation: Relation, split: Split) -> str:
    """What a line is told apart by."""
    if split is Split.SIGN:
        return {-1: "conflict", 1: "cooperation"}.get(relation.sign or 0, "neutral")
    return relation.family if split is Split.FAMILY else relation.id


@dataclass
class Oracle:
    """Tables of statements, one by one: of those `said` where those `standing` are there. Nobody is rolled up."""

    said: list[Statement]
    standing: list[Statement]
    sources: dict[str, Source]
    unit: Unit
    by: By
    split: Split
    joined: bool
    since: date | None
    until: date | None

    def __post_init__(self) -> None:
        self.bounds = {s.id: s.bounds(self.sources[s.source].published) for s in self.standing}

    # Units

    def actors(self, ids: Iterable[object]) -> set[str]:
        return {i for i in ids if isinstance(i, str) and i in ENTITIES and ENTITIES[i].kind in ACTORS}

    def mediators(self, s: Statement) -> set[str]:
        return self.actors([s.subject, *(r.entity for r in s.roles if r.role == "co-mediator")])

    def mediations(self) -> Iterator[tuple[Statement, set[str]]]:
        return (
            (s, self.actors(s.parties)) for s in self.said if vocabulary().relations[s.relation].family == "mediation"
        )

    def mediated(self) -> set[tuple[str, frozenset[str]]]:
        """Mediators and the pairs that they are known to mediate between."""
        known = set()
        groups: dict[tuple[object, ...], set[str]] = defaultdict(set)
        for s, sides in self.mediations():
            for mediator in self.mediators(s):
                known |= {(mediator, frozenset(p)) for p in combinations(sides, 2) if mediator not in p}
                if len(sides) == 1 and mediator not in sides and self.joined:
                    low, high = self.bounds[s.id]
                    if low and low == high:
                        groups[mediator, "day", low] |= sides
                    if s.event:
                        groups[mediator, "event", s.event.id] |= sides
        for (who, *_), sides in groups.items():
            known |= {(str(who), frozenset(p)) for p in combinations(sides, 2)}
        return known

    def units(self, s: Statement) -> dict[Key, bool]:
        """The units of a statement, and whether it surely belongs to them."""
        relation = vocabulary().relations[s.relation]
        found: dict[Key, bool] = {}
        if self.unit in (Unit.CONFLICT, Unit.PROCESS):
            return {(i,): True for i in (s.object, s.topic) if i and str(ENTITIES[i].kind) == str(self.unit)}
        if relation.family == "affiliation":
            return {}
        subject, sides = self.actors([s.subject]), self.actors(s.parties)
        mediation = relation.family == "mediation"
        if mediation:
            for p in combinations(sorted(sides), 2):
                if self.unit is Unit.MEDIATOR_DYAD:
                    found |= {(m, *p): True for m in self.mediators(s) if m not in p}
                else:
                    self.both_ways(found, *p)
        elif self.unit is not Unit.MEDIATOR_DYAD:
            recipients = self.actors(r.entity for r in s.roles if r.role == "recipient")
            if relation.id in ("signs", "is-party-to"):
                beside = [o.subject for o in self.said if (o.source, o.object) == (s.source, s.object)
                          and o.relation in ("signs", "is-party-to")]  # fmt: skip
                for one, other in ((a, b) for a in subject for b in self.actors(beside) - subject):
                    self.both_ways(found, *sorted((one, other)))
            if relation.symmetric or relation.id in ("signs", "is-party-to"):
                for p in combinations(sorted(self.actors([s.subject, s.object]) | sides | recipients), 2):
                    self.both_ways(found, *p)
            elif not (s.subject or s.object or any(r.role == "recipient" for r in s.roles)):
                for p in combinations(sorted(sides), 2):
                    self.both_ways(found, *p)
            else:
                whom = [s.object] if s.object else [*recipients, *(sides if s.subject else ())]
                for one in self.actors([s.subject] if s.subject else s.parties):
                    for other in self.actors(whom) - {one}:
                        key = (one, other) if self.unit is Unit.DIRECTED_DYAD else tuple(sorted((one, other)))
                        found[key] = True
        if mediation and len(sides) == 1:
            (side,) = sides
            for mediator, pair in self.mediated():
                if mediator in self.mediators(s) and side in pair and mediator != side:
                    one, other = sorted(pair)
                    keys: list[Key] = [(one, other)]
                    if self.unit is Unit.MEDIATOR_DYAD:
                        keys = [(mediator, one, other)]
                    elif self.unit is Unit.DIRECTED_DYAD:
                        keys = [(one, other), (other, one)]
                    for key in keys:
                        found.setdefault(key, False)
        return found

    def both_ways(self, found: dict[Key, bool], one: str, other: str) -> None:
        found[one, other] = True
        if self.unit is Unit.DIRECTED_DYAD:
            found[other, one] = True

    # Periods

    def name(self, day: date) -> str:
        return day.isoformat()[: 7 if self.by is By.MONTH else 4]

    def periods(self, days: Sequence[date]) -> list[str]:
        """All periods from the first to the last."""
        found: list[str] = []
        day = min(days)
        while day <= max(days):
            if self.name(day) not in found:
                found.append(self.name(day))
            day += timedelta(1)
        return found

    def reaches(self, s: Statement) -> list[str]:
        """The periods of the window that a statement may lie in."""
        low, high = self.bounds[s.id]
        if low is None and high is None:
            return []
        first, last = self.name(low) if low else "", self.name(high) if high else "~"
        return [p for p in self.window if first <= p <= last]

    # Counting

    def rows(self) -> dict[Key, dict[str, Any]]:
        units = {s.id: self.units(s) for s in self.said}
        ends = [d for s in self.said if units[s.id] for d in self.bounds[s.id] if d]
        if not ends and not (self.since and self.until):
            return {}
        first = self.since or min([*ends, self.until] if self.until else ends)
        last = self.until or max([*ends, self.since] if self.since else ends)
        self.window = self.periods([first, last])
        lines: dict[Key, list[tuple[Statement, bool]]] = defaultdict(list)
        for s in self.said:
            relation = vocabulary().relations[s.relation]
            what = () if self.split is Split.NONE else (word(relation, self.split),)
            for key, sure in units[s.id].items():
                lines[(*key, *what)].append((s, sure))
        return {
            (*key, period): self.row(key, period, those)
            for key, those in lines.items()
            if any(self.reaches(s) for s, _ in those)
            for period in self.window
        }

    def row(self, key: Key, period: str, those: list[tuple[Statement, bool]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for kind, prefix in PREFIX.items():
            of_kind = [(s, sure) for s, sure in those if self.sources[s.source].kind == kind]
            possible = [s for s, _ in of_kind if period in self.reaches(s)]
            certain = [s for s, sure in of_kind if sure and self.surely(s) == period]
            low, high = self.events(of_kind, possible, certain, period, kind)
            zero = self.covered(key, period, kind)
            found[f"{prefix}_statements_low"] = len(certain) if possible or zero else None
            found[f"{prefix}_statements_high"] = len(possible) if possible or zero else None
            found[f"{prefix}_events_low"] = low if high or zero else None
            unbounded = any(s.repeated and s.modality in TOLD for s in possible)
            found[f"{prefix}_events_high"] = high if (high or zero) and not unbounded else None
            found[f"{prefix}_undated"] = sum(self.bounds[s.id] == (None, None) for s, _ in of_kind)
        return found

    def surely(self, s: Statement) -> str | None:
        low, high = self.bounds[s.id]
        return self.name(low) if low and high and self.name(low) == self.name(high) else None

    def events(
        self,
        of_kind: list[tuple[Statement, bool]],
        possible: list[Statement],
        certain: list[Statement],
        period: str,
        kind: str,
    ) -> tuple[int, int]:
        low: dict[str, int] = defaultdict(int)
        high = 0
        for event in {e for s in possible if s.modality in TOLD and (e := self.event(s, kind))}:
            tell = [(s, sure) for s, sure in of_kind if self.event(s, kind) == event and s.modality in TOLD]
            sure_of = {self.surely(s) for s, sure in tell if sure and self.surely(s) in self.window}
            if sure_of == {period}:
                for where in {s.source if kind != TEXTS else "all" for s in certain if (s, True) in tell}:
                    low[where] += 1
            high += period in sure_of or not sure_of
        for source in self.sources:
            low[source] += self.alone([s for s in certain if s.source == source], kind)
        if kind == TEXTS:  # what nobody linked may be one of what somebody did
            return max(low["all"], min(1, self.alone(certain, kind))), high + self.alone(possible, kind)
        return max(low.values()), high + self.alone(possible, kind)

    def event(self, s: Statement, kind: str) -> str | None:
        """What its event is known by: all of one agreement is one event of a table of agreements."""
        if s.event:
            return s.event.id
        return f"of {s.object}" if kind == PAPERS and s.object and ENTITIES[s.object].kind == "agreement" else None

    def alone(self, those: list[Statement], kind: str) -> int:
        """What nobody linked: of each source as much as the coder who tells of most."""
        loose = [s for s in those if not self.event(s, kind) and s.modality in TOLD]
        return sum(
            max([s.coder for s in loose if s.source == source].count(k) for k in {s.coder for s in loose})
            for source in {s.source for s in loose}
        )

    def covered(self, key: Key, period: str, kind: str) -> bool:
        for id, source in self.sources.items():
            own = [s for s in self.standing if s.source == id]
            telling = [s for s in self.said if s.source == id]
            if source.kind != kind or kind == "article" or not telling:
                continue
            units = key if self.split is Split.NONE else key[:-1]
            relations = [vocabulary().relations[s.relation] for s in telling]
            tells = self.split is Split.NONE or key[-1] in {word(r, self.split) for r in relations}
            if set(units) <= {e for s in own for e in (*self.taking_part(s), s.topic)} and tells:
                days = self.days(period)
                if any(first <= days[0] and days[1] <= last for first, last in self.spans(own, source.kind)):
                    return True
        return False

    def taking_part(self, s: Statement) -> list[object]:
        return [s.subject, s.object, *s.parties, *(r.entity for r in s.roles)]

    def spans(self, own: list[Statement], kind: str) -> Iterator[tuple[date, date]]:
        """The runs of days that a file tells of: between them lies a gap longer than chance would leave."""
        dated = [(low, high, s.object) for s in own for low, high in [self.bounds[s.id]] if low and high]
        if not dated:
            return
        dated.sort(key=lambda told: told[0])
        starts, ends = [low for low, _, _ in dated], [high for _, high, _ in dated]
        number = len({object for _, _, object in dated}) if kind == "agreement table" else len(dated)
        longest = max(1, 3 * math.log(number) * (max(ends) - starts[0]).days / number)
        mean = len(starts) / len(set(starts))
        runs: list[list[tuple[date, date]]] = []
        for low, high, _ in dated:
            if not runs or (low - max(h for run in runs for _, h in run)).days > longest:
                runs.append([])
            runs[-1].append((low, high))
        for run in runs:
            much = [low for low, _ in run if starts.count(low) >= mean / 10]
            if much:
                yield min(much), max(high for low, high in run if low <= max(much))

    def days(self, period: str) -> tuple[date, date]:
        if self.by is By.YEAR:
            return date(int(period), 1, 1), date(int(period), 12, 31)
        first = date.fromisoformat(f"{period}-01")
        return first, (first + timedelta(40)).replace(day=1) - timedelta(1)


RELATIONS = (
    "mediates",
    "brokers-agreement",
    "meets",
    "accuses",
    "urges",
    "opposes",
    "visits",
    "holds-post",
    "fights",
    "signs",
    "is-party-to",
)
WINDOWS: list[tuple[date | None, date | None]] = [
    (None, None), (date(2031, 1, 1), None), (None, date(2031, 12, 31)), (date(2030, 1, 1), date(2031, 12, 31)),
]  # fmt: skip


def compound(said: list[Statement], chance: Chance) -> list[Statement]:
    """The same, some of them done by several or to several: parties in place of a subject or object."""
    referred = {i for s in said for i in (*s.statements(), s.corrected_by) if i}
    people = sorted(i for i, e in ENTITIES.items() if e.kind in ACTORS)
    found = {}
    for s in said:
        relation = vocabulary().relations[s.relation]
        if s.id not in referred and relation.frame.parties_for and chance.random() < 0.6:
            changes: dict[str, Any] = {"parties": chance.sample(people, chance.randint(1, 3))}
            changes |= dict.fromkeys(chance.some(relation.frame.parties_for, 2))
            if chance.random() < 0.3:
                changes["roles"] = [{"role": "recipient", "entity": chance.choice(people)} for _ in range(2)]
            s = Statement.model_validate(s.model_dump(exclude={"id"}) | changes)
        found[s.id] = s
    return list(found.values())


@given(
    several_fitting(25, RELATIONS), st.integers(0, 2**32),
    st.sampled_from(Unit), st.sampled_from(By), st.sampled_from(Split), st.booleans(),
    st.sampled_from(WINDOWS), st.sampled_from([MIXED, mixed(EVENTS, EVENTS, PAPERS), mixed(PAPERS, TEXTS, PAPERS)]),
)  # fmt: skip
@settings(deadline=None, max_examples=tries(100), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_tables_count_what_loops_over_statements_count(
    norland: KnowledgeGraph, said: list[Statement], seed: int, unit: Unit, by: By, split: Split, joined: bool,
    window: tuple[date | None, date | None], sources: dict[str, Source],
) -> None:  # fmt: skip
    since, until = window
    said = compound(said, Chance(seed))
    standing = [s for s in said if s.status != "retracted"]
    asked = standing
    if unit is Unit.MEDIATOR_DYAD:
        asked = [
            s for s in standing if s.relation in vocabulary().question("mediates")
            and (s.modality != "negated" or s.relation == "mediates")
        ]  # fmt: skip
    snapshot = revision_of(norland, said, sources)
    found = table(snapshot, Selection(since=since, until=until), unit, by, split=split, joined=joined)
    expected = Oracle(asked, standing, sources, unit, by, split, joined, since, until).rows()
    rows = rows_of(found)
    assert set(rows) == set(expected)
    for key, row in expected.items():
        assert {name: rows[key][name] for name in row} == row, key
    sparse = table(snapshot, Selection(since=since, until=until), unit, by, split=split, joined=joined, complete=False)
    kept = rows_of(sparse)
    told = {k for k, row in expected.items() if any(row[c] for c in COUNTS if c.endswith("statements_high"))}
    assert set(kept) == told
    assert all(kept[k] == rows[k] for k in told)


# What the numbers mean, on a small scale

TABLE = Source(id="table", title="Events of 2031", kind="event table", dataset="weather-wire", licence="CC0-1.0")
NOTE = Source(id="note", title="A note", kind="note")


def told(number: int, *, source: str = "table", **more: object) -> Statement:
    place = {"record": str(number)} if source == "table" else {"start": number, "end": number + 1}
    values = {"source": source, "modality": "coded" if source == "table" else "asserted"} | place | more
    return Statement.model_validate(values)


def act(number: int, day: str, *, source: str = "table", **more: object) -> Statement:
    """Norland accuses Sudland."""
    values = {"subject": "norland", "relation": "accuses", "object": "sudland", "when": day} | more
    return told(number, source=source, **values)


def counts(
    kg: KnowledgeGraph, said: list[Statement], prefix: str = "coded", *, covers: str | None = None, **more: Any
) -> dict[Key, tuple[int | None, ...]]:
    """Bounds of statements and of events by unit and period, where the table is said to cover a period."""
    snapshot = revision_of(kg, said, {s.id: s for s in (TABLE.model_copy(update={"covers": covers}), NOTE)})
    options: dict[str, Any] = {"unit": Unit.DYAD, "by": By.MONTH, "selection": Selection()} | more
    found = rows_of(table(snapshot, **options))
    names = [f"{prefix}_{b}" for b in ("statements_low", "statements_high", "events_low", "events_high")]
    return {key: tuple(row[n] for n in names) for key, row in found.items()}


FEBRUARY = [
    told(n, subject="bo-sund", relation="visits", object="norland", when=f"2031-02-{n:02}") for n in range(1, 29)
]


def test_zero_only_where_a_data_set_covers_actors_and_period(norland: KnowledgeGraph) -> None:
    said = [act(90, "2031-01-31"), *FEBRUARY, act(91, "2031-03-01"), act(92, "2031-03-02")]
    pair, missing = ("norland", "sudland"), (None,) * 4
    assert {k[2]: v for k, v in counts(norland, said).items() if k[:2] == pair} == {
        "2031-01": (1, 1, 1, 1), "2031-02": (0, 0, 0, 0), "2031-03": (2, 2, 2, 2),
    }  # fmt: skip
    # January is covered on its last day only, and a claim of a text says nothing of the months around it.
    claimed = act(93, "2031-02", source="note", subject="upper-valley")
    rows = counts(norland, [*said, claimed], "claims")
    assert rows["sudland", "upper-valley", "2031-02"] == (1, 1, 1, 1)
    assert {v for k, v in rows.items() if k != ("sudland", "upper-valley", "2031-02")} == {missing}
    coded = counts(norland, [*said, claimed])
    assert coded["sudland", "upper-valley", "2031-02"] == missing  # the data set does not name Upper Valley
    assert coded["bo-sund", "norland", "2031-01"] == missing


def test_a_data_set_gives_no_zeros_of_what_it_does_not_tell(norland: KnowledgeGraph) -> None:
    said = [*FEBRUARY, act(1, "2031-02-02", source="note"), act(2, "2031-02-03", object="bo-sund")]
    meetings = told(3, source="note", subject="norland", relation="meets", object="bo-sund", when="2031-02")
    rows = counts(norland, [*said, meetings], selection=Selection(relation="meets"))
    assert rows == {("bo-sund", "norland", "2031-02"): (None,) * 4}
    rows = counts(norland, [*said, meetings], selection=Selection(relation="accuses"))
    assert rows["bo-sund", "norland", "2031-02"] == (1, 1, 1, 1)


def test_days_long_before_those_of_a_file_are_not_covered_by_it(norland: KnowledgeGraph) -> None:
    much = [act(n, f"2031-02-{n % 28 + 1:02}") for n in range(600)]
    rows = counts(norland, [act(1000, "2030-02-01"), *much])
    assert [k[2] for k, v in rows.items() if v[0] is not None] == ["2030-02", "2031-02"]


def test_a_file_of_one_day_that_names_others_long_before_covers_nothing_between(norland: KnowledgeGraph) -> None:
    day = [act(n, "2031-05-04") for n in range(300)]
    before = [act(1000 + n, when) for n, when in enumerate(["2030-05-04"] * 20 + ["2031-04-04"] * 20)]
    rows = counts(norland, [*before, *day])
    assert [k[2] for k, v in sorted(rows.items()) if v[0] is not None] == ["2030-05", "2031-04", "2031-05"]


def test_quiet_months_of_a_sparse_table_are_zeros(norland: KnowledgeGraph) -> None:
    said = [act(n, f"2031-{month:02}-01") for n, month in enumerate([1, 3, 4, 8, 9, 12])]
    assert [v[0] for _, v in sorted(counts(norland, said).items())] == [1, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 1]


@pytest.mark.parametrize(
    ("covers", "covered"),
    [("2031", ["2031-01", "2031-02", "2031-03"]), ("2031-02", ["2031-02"]), ("2031-01-02/2031-03-30", ["2031-02"])],
)
def test_a_declared_period_holds_whatever_the_days_tell(
    norland: KnowledgeGraph, covers: str, covered: list[str]
) -> None:
    said = [act(1, "2031-02-10"), act(2, "2031-02-10", subject="bo-sund", object="ada-norn")]
    window = Selection(since=date(2031, 1, 1), until=date(2031, 3, 31))
    rows = counts(norland, said, selection=window, covers=covers)
    pair = {k[2]: v[0] for k, v in rows.items() if k[:2] == ("norland", "sudland")}
    assert pair == {m: 1 if m == "2031-02" else 0 if m in covered else None for m in pair}
    assert len(pair) == 3
    # Without a declaration one day of a month covers none.
    assert [v[0] for k, v in sorted(counts(norland, said, selection=window).items()) if k[0] == "norland"] == [
        None, 1, None,
    ]  # fmt: skip


def test_dates_over_several_periods_count_in_upper_bounds_only(norland: KnowledgeGraph) -> None:
    rows = counts(norland, [act(1, "2031-01-05"), act(2, "2031-01-20/2031-02-10"), act(3, "2031-02/..")])
    assert [v for _, v in sorted(rows.items())] == [(1, 2, 1, 2), (0, 2, 0, 2)]


def test_reports_of_one_event_count_once_where_its_date_is_agreed(norland: KnowledgeGraph) -> None:
    one = [act(1, "2031-01-05", event="x"), act(2, "2031-01-06", event="x"), act(3, "2031", event="x")]
    rows = counts(norland, one, selection=Selection(until=date(2031, 2, 28), since=date(2031, 1, 1)))
    assert [v[2:] for _, v in sorted(rows.items())] == [(1, 1), (0, 0)]
    rows = counts(norland, [*one, act(4, "2031-02-03", event="x")], selection=Selection(until=date(2031, 2, 28)))
    assert [v[2:] for _, v in sorted(rows.items())] == [(0, 1), (0, 1)]


def test_what_is_repeated_has_no_upper_bound(norland: KnowledgeGraph) -> None:
    assert counts(norland, [act(1, "2031-01-05", repeated=True)])["norland", "sudland", "2031-01"] == (1, 1, 1, None)


def test_claims_that_nobody_linked_are_at_least_one_event(norland: KnowledgeGraph) -> None:
    said = [act(n, "2031-01-05", source="note") for n in range(3)]
    assert counts(norland, said, "claims")["norland", "sudland", "2031-01"] == (3, 3, 1, 3)
    two_coders = [*said, act(7, "2031-01-05", source="note", coder="other")]
    assert counts(norland, two_coders, "claims")["norland", "sudland", "2031-01"] == (4, 4, 1, 3)


def test_several_data_sets_may_tell_of_the_same_events(norland: KnowledgeGraph) -> None:
    other = TABLE.model_copy(update={"id": "note", "dataset": "storm-wire"})
    said = [act(1, "2031-01-05"), act(2, "2031-01-06"), act(3, "2031-01-05", source="note")]
    found = table(revision_of(norland, said, {"table": TABLE, "note": other}), Selection(), Unit.DYAD, By.MONTH)
    (row,) = rows_of(found).values()
    assert (row["coded_events_low"], row["coded_events_high"]) == (2, 3)


def test_an_agreement_is_one_event_of_each_pair_of_its_parties(norland: KnowledgeGraph) -> None:
    papers = TABLE.model_copy(update={"kind": PAPERS})
    said = [
        told(n, subject=party, relation="is-party-to", object="river-treaty", when="2031-01-05", record="treaty")
        for n, party in enumerate(("norland", "sudland", "upper-valley"))
    ]
    third = told(
        4, subject="league-of-rivers", relation="is-third-party-to", object="river-treaty", when="2031-01-05",
        parties=("norland", "sudland"),
    )  # fmt: skip
    snapshot = revision_of(norland, [*said, third], {"table": papers})
    rows = rows_of(table(snapshot, Selection(), Unit.DYAD, By.MONTH))
    assert {k: (r["agreements_statements_low"], r["agreements_events_low"]) for k, r in rows.items()} == {
        ("norland", "sudland", "2031-01"): (3, 1),
        ("norland", "upper-valley", "2031-01"): (2, 1),
        ("sudland", "upper-valley", "2031-01"): (2, 1),
    }
    assert {(r["agreements_events_high"], r["coded_events_high"]) for r in rows.values()} == {(1, None)}


def mediation(number: int, day: str, *sides: str) -> Statement:
    return told(number, subject="league-of-rivers", relation="mediates", parties=sides, when=day)


def test_a_mediation_with_one_side_counts_in_upper_bounds_of_its_pairs(norland: KnowledgeGraph) -> None:
    said = [
        mediation(1, "2031-01-05", "norland", "sudland"), mediation(2, "2031-01-07", "norland"),
        mediation(3, "2031-02-07", "upper-valley"), mediation(4, "2031-02-07", "sudland"),
    ]  # fmt: skip
    unit: dict[str, Any] = {"unit": Unit.MEDIATOR_DYAD, "by": By.YEAR}
    joined = ("league-of-rivers", "sudland", "upper-valley", "2031")
    assert counts(norland, said, **unit) == {
        ("league-of-rivers", "norland", "sudland", "2031"): (1, 3, 1, 3),
        joined: (0, 2, 0, 2),
    }
    assert joined not in counts(norland, said, joined=False, **unit)
    # Whoever asks for a pair gets it.
    asked = Selection(between=("norland", "upper-valley"))
    assert counts(norland, said, joined=False, selection=asked, **unit) == {
        ("league-of-rivers", "norland", "upper-valley", "2031"): (0, 2, 0, 2)
    }


def test_actors_are_rolled_up_to_whom_they_act_for(norland: KnowledgeGraph) -> None:
    post = told(1, source="note", subject="ada-norn", relation="holds-post", object="minister-of-norland", when="2031")
    said = [post, act(2, "2031-01-05", subject="ada-norn"), act(3, "2032-01-05", subject="ada-norn")]
    rows = counts(norland, said, level=Level.STATE)
    assert {k for k, v in rows.items() if v[0]} == {
        ("norland", "sudland", "2031-01"),
        ("ada-norn", "sudland", "2032-01"),
    }


def test_a_window_that_cuts_a_period_is_refused(norland: KnowledgeGraph) -> None:
    with pytest.raises(ParameterError, match=r"since: 2031-01-02 lies within a month, .* give 2031-01-01"):
        counts(norland, [], selection=Selection(since=date(2031, 1, 2)))
    with pytest.raises(ParameterError, match=r"until: 2031-01-31 lies within a year, .* give 2031-12-31"):
        counts(norland, [], selection=Selection(until=date(2031, 1, 31)), by=By.YEAR)
    with pytest.raises(ParameterError, match="is after until"):
        counts(norland, [], selection=Selection(since=date(2032, 1, 1), until=date(2031, 1, 31)))


def test_a_table_that_would_be_too_long_is_refused(norland: KnowledgeGraph) -> None:
    said = [act(1, "2031-01-05"), act(2, "2033-01-05")]
    with pytest.raises(ParameterError, match=r"would have 25 rows, more than 24: .*leave out empty periods"):
        counts(norland, said, most_rows=24)
    assert len(counts(norland, said, most_rows=24, complete=False)) == 2


@pytest.mark.parametrize("unit", Unit)
def test_nothing_selected_is_a_table_without_rows(norland: KnowledgeGraph, unit: Unit) -> None:
    assert counts(norland, [], unit=unit) == {}
    assert counts(norland, [act(1, "2031")], unit=unit, selection=Selection(relation="signs")) == {}
