"""Two coders are compared by place and field, and what is decided between them is recorded and can be undone."""

import doctest
from collections.abc import Sequence
from itertools import permutations, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import graph.agreement
from graph import Entity, InputError, KnowledgeGraph, Source, Statement
from graph.adjudication import adjudication
from graph.agreement import FIELDS, Agreement, alpha, matched
from graph.exceptions import NotFoundError, ParameterError, UndefinedMeasureError
from ontology import Status
from tests.graph.conftest import Folder

# The examples of Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), parts A to C.
BINARY = ["0100000010", "1110010000"], 0.095
NOMINAL = ["aabbdcccedda", "babbbccceddd"], 0.692
MISSING = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."], 0.743


@pytest.mark.parametrize(("coders", "expected"), [BINARY, NOMINAL, MISSING])
def test_alpha_has_its_published_values(coders: list[str], expected: float) -> None:
    found = alpha([None if v == "." else v for v in unit] for unit in zip(*coders, strict=True))
    assert found is not None
    assert round(found, 3) == expected


def alpha_by_definition(units: Sequence[Sequence[object]]) -> float | None:
    """One less the disagreement within units over the disagreement of all values, each pair of values by itself."""
    said = [[v for v in unit if v is not None] for unit in units]
    said = [unit for unit in said if len(unit) > 1]
    values = [v for unit in said for v in unit]
    if len(set(values)) < 2:
        return None
    within = sum(sum(a != b for a, b in permutations(unit, 2)) / (len(unit) - 1) for unit in said) / len(values)
    chance = sum(a != b for a, b in permutations(values, 2)) / (len(values) * (len(values) - 1))
    return 1 - within / chance


@given(st.lists(st.lists(st.sampled_from(["a", "b", "c", None]), min_size=1, max_size=4), max_size=12))
def test_alpha_is_what_its_definition_says(units: list[list[str | None]]) -> None:
    expected = alpha_by_definition(units)
    assert alpha(units) == (expected if expected is None else pytest.approx(expected))


def test_the_example_of_alpha_is_true() -> None:
    assert doctest.testmod(graph.agreement).failed == 0


# Which statements are of one place


def coded(coder: str, start: int, end: int, **more: object) -> Statement:
    values: dict[str, object] = {"subject": "norland", "relation": "invites", "object": "ada-norn"}
    values |= {"source": "text", "start": start, "end": end, "modality": "asserted", "coder": coder}
    return Statement.model_validate(values | more)


spans = st.tuples(st.integers(0, 20), st.integers(1, 8)).map(lambda p: (p[0], p[0] + p[1]))
relations = st.sampled_from(["invites", "accuses", "visits"])


def several(coder: str) -> st.SearchStrategy[list[Statement]]:
    made = st.builds(lambda span, relation: coded(coder, *span, relation=relation), spans, relations)
    return st.lists(made, max_size=4, unique_by=lambda s: s.id)


def worth(a: Statement, b: Statement) -> tuple[int, int]:
    """How much two passages overlap, in thousandths, and in how many fields the statements agree."""
    assert None not in (a.start, a.end, b.start, b.end)
    one, other = set(range(a.start or 0, a.end or 0)), set(range(b.start or 0, b.end or 0))
    return round(1000 * len(one & other) / len(one | other)), sum(getattr(a, f) == getattr(b, f) for f in FIELDS)


@given(several("a"), several("b"))
@settings(deadline=None)
def test_statements_are_paired_so_that_they_overlap_most_then_agree_most(
    one: list[Statement], other: list[Statement]
) -> None:
    pairs = matched(one, other)
    assert sorted(p.one.id for p in pairs if p.one) == sorted(s.id for s in one)
    assert sorted(p.other.id for p in pairs if p.other) == sorted(s.id for s in other)
    joined = [worth(p.one, p.other) for p in pairs if p.one and p.other]
    assert all(overlap for overlap, _ in joined)
    best = (0, 0)
    for chosen in product([None, *range(len(other))], repeat=len(one)):
        used = [j for j in chosen if j is not None]
        if len(set(used)) == len(used):
            worths = [worth(one[i], other[j]) for i, j in enumerate(chosen) if j is not None]
            if all(overlap for overlap, _ in worths):
                best = max(best, (sum(w for w, _ in worths), sum(n for _, n in worths)))
    assert (sum(w for w, _ in joined), sum(n for _, n in joined)) == best


# Comparing


@pytest.fixture
def two(kg: KnowledgeGraph) -> KnowledgeGraph:
    """One text, read by Ada and by Bo; and one that Ada alone has read."""
    ada = [
        coded("ada", 0, 20), coded("ada", 21, 40, relation="accuses", object="sudland"),
        coded("ada", 50, 60, modality="claimed"), coded("ada", 70, 80),
        coded("ada", 0, 20, source="other"),
    ]  # fmt: skip
    bo = [
        coded("bo", 2, 20), coded("bo", 21, 39, relation="criticises", object="sudland"),
        coded("bo", 51, 60, modality="negated"), coded("bo", 90, 95),
    ]  # fmt: skip
    ada.append(coded("ada", 61, 69, relation="criticises", object=None, about=ada[1].id))
    bo.append(coded("bo", 61, 69, relation="criticises", object=None, about=bo[1].id))
    sources = [Source(id=i, title=i, kind="article", length=100) for i in ("text", "other")]
    kg.add([*ada, *bo], sources=sources)
    return kg


def by_field(found: Agreement) -> dict[str, tuple[int, float | None]]:
    return {
        f.field: (f.agreed, f.alpha and round(f.alpha, 3)) for f in found.fields if f.agreed < f.compared or f.alpha
    }


def ids(kg: KnowledgeGraph, coder: str) -> list[str]:
    return [s.id for s in kg.statements(source="text", status=tuple(Status)) if s.coder == coder]


def test_two_coders_are_compared_by_field(two: KnowledgeGraph) -> None:
    found = two.agreement()
    assert (found.coders, found.sources, found.matched, found.alone) == (("ada", "bo"), ("text",), 4, (1, 1))
    assert by_field(found) == {
        "relation": (3, round(1 - 7 * 2 / (64 - 16 - 1 - 9), 3)), "object": (4, 1.0), "about": (4, 1.0),
        "modality": (3, round(1 - 7 * 2 / (64 - 36 - 1 - 1), 3)),
    }  # fmt: skip
    assert [p.differ for p in found.pairs] == [(), ("relation",), ("modality",), (), (), ()]
    swapped = two.agreement(["bo", "ada"])
    assert by_field(swapped) == by_field(found)


def test_entities_that_were_merged_are_one_value(two: KnowledgeGraph) -> None:
    two.add(
        [coded("ada", 96, 99), coded("bo", 96, 99, subject="nord")],
        entities=[Entity.model_validate({"id": "nord", "kind": "state", "label": "Nord"})],
    )
    assert [p.differ for p in two.agreement().pairs][-1] == ("subject",)
    two.merge_entities("nord", "norland", by="judge", why="one state")
    assert [p.differ for p in two.agreement().pairs][-1] == ()


def test_filters_choose_what_is_compared(two: KnowledgeGraph) -> None:
    assert two.agreement(relation="invites").matched == 2
    with pytest.raises(UndefinedMeasureError, match="no source of the selection was coded by two"):
        two.agreement(source="other")
    with pytest.raises(ParameterError, match="'cy' shares no source of the selection; there are ada, bo"):
        two.agreement(["ada", "cy"])
    two.add([coded("cy", 0, 20)])
    with pytest.raises(ParameterError, match="two are compared, name two of ada, bo, cy"):
        two.agreement()
    assert two.agreement(["bo", "cy"]).matched == 1


# Adjudicating


def test_what_is_decided_is_recorded_and_nothing_is_destroyed(two: KnowledgeGraph) -> None:
    ada, bo = two.agreement().pairs[1].one, two.agreement().pairs[1].other
    assert ada is not None
    assert bo is not None
    before = two.agreement()
    report = two.adjudicate([bo.id], ada.id, by="C. Judge", why="the verb is\n 'accuse'")
    assert report.changed == 1
    now = two.statement(bo.id)
    assert (now.status, now.corrected_by) == (Status.RETRACTED, ada.id)
    assert now.note == "Adjudicated by C. Judge, was active: the verb is 'accuse'"
    decided = adjudication(now)
    assert decided is not None
    assert (decided.by, decided.why, decided.instead) == ("C. Judge", "the verb is 'accuse'", ada.id)
    assert two.statement(ada.id) == ada
    # Coders agree no more for its being decided.
    assert by_field(two.agreement()) == by_field(before)
    two.reopen([bo.id], by="D. Judge", why="not so clear")
    again = two.statement(bo.id)
    assert again.model_copy(update={"note": None}) == bo
    assert (again.note or "").splitlines() == [now.note, "Reopened by D. Judge: not so clear"]
    assert adjudication(again) is None


def test_a_statement_that_was_disputed_is_so_again(two: KnowledgeGraph) -> None:
    disputed = coded("bo", 96, 99, status="disputed", note="Misprint?")
    two.add([disputed])
    two.adjudicate([disputed.id], None, by="C. Judge", why="no claim")
    assert two.statement(disputed.id).corrected_by is None
    two.reopen([disputed.id], by="C. Judge", why="a claim")
    assert two.statement(disputed.id).status is Status.DISPUTED
    assert (two.statement(disputed.id).note or "").startswith("Misprint?\n")


def test_what_cannot_be_decided_is_refused_and_nothing_is_written(two: KnowledgeGraph) -> None:
    ada, bo = ids(two, "ada"), ids(two, "bo")
    elsewhere = two.statements(source="other")[0].id
    revision = two.snapshot.revision
    told: dict[str, Any] = {"by": "C. Judge", "why": "so"}
    for rejected, instead, words in (
        ([bo[0]], bo[0], "instead of itself"),
        ([bo[0]], elsewhere, "is of other, not of text"),
        ([bo[0], bo[0]], elsewhere, "is of other"),
    ):
        with pytest.raises(InputError, match=words):
            two.adjudicate(rejected, instead, **told)
    with pytest.raises(InputError, match="the reason is empty"):
        two.adjudicate([bo[0]], ada[0], by="C. Judge", why=" \n")
    with pytest.raises(InputError, match="nothing was decided against"):
        two.reopen([bo[0]], **told)
    for unknown in ("nothing", "a" * 26):
        with pytest.raises(NotFoundError):
            two.adjudicate([bo[0], unknown], ada[0], **told)
    assert two.snapshot.revision == revision
    two.adjudicate([bo[0]], ada[0], **told)
    with pytest.raises(InputError, match=r"was decided against by C\. Judge: so \(reopen it first\)"):
        two.adjudicate([bo[0]], ada[1], **told)
    with pytest.raises(InputError, match="is retracted itself"):
        two.adjudicate([ada[0]], bo[0], **told)


def test_loading_again_leaves_decided_what_was_decided(empty: KnowledgeGraph, folder: Folder) -> None:
    kg = empty
    kg.load(folder.path)
    (accusation,) = kg.statements(source="note-1", relation="accuses")
    kg.adjudicate([accusation.id], None, by="C. Judge", why="no claim")
    assert kg.load(folder.path).nothing
    folder.replace('    when: "2031-04"\n', '    when: "2031-04"\n    note: Later.\n')
    assert kg.load(folder.path).changed == 1
    assert adjudication(kg.statement(accusation.id)) is not None
    kg.reopen([accusation.id], by="C. Judge", why="a claim")
    assert kg.load(folder.path).nothing
    assert kg.statement(accusation.id).status is Status.ACTIVE
