"""Which records tell of one event, beside a comparison of each record with each other one."""

import itertools

import networkx as nx
import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from graph.columns import Columns
from graph.importing.linking import linked_records
from graph.sources import Source
from graph.statements import Statement
from ontology import UNSPECIFIED, Modality, vocabulary

SOURCE = Source(id="release", title="release", kind="event table", coder="coder", modality=Modality.CODED)
RELATIONS = ("consults", "visits", "receives", "accuses", "mediates")
ACTORS = ("norland", "sudland", "westmark", UNSPECIFIED)

Row = tuple[str, str, str, str, int, str | None]
rows = st.lists(
    st.tuples(
        st.sampled_from(RELATIONS), st.sampled_from(ACTORS), st.sampled_from(ACTORS),
        st.sampled_from(("2031-03-05", "2031-03-06", "2031")), st.integers(0, 1), st.sampled_from((None, "1-2", "1-3")),
    ),
    max_size=12,
)  # fmt: skip


VISIT = ("visits", "norland", "sudland", "2031-03-05")


@given(rows)
@example([(*VISIT, 0, None), (*VISIT, 1, None)])  # of one visit, though no reception is told of anywhere
def test_those_are_linked_that_are_alike_one_by_one(told: list[Row]) -> None:
    said = [
        Statement(
            relation=relation, subject=subject, object=object, when=when, record=str(n), row=n, source="release",
            modality=Modality.CODED, coder="coder",
        )
        for n, (relation, subject, object, when, _, _) in enumerate(told, 1)
    ]  # fmt: skip
    columns = Columns.empty().edited((), said, {"release": SOURCE})
    codes = np.array([code for *_, code, _ in told], np.int32)
    tellings = {n: telling for n, (*_, telling) in enumerate(told) if telling and told[n][0] == "mediates"}
    found = dict(linked_records_by_row(columns, codes, tellings))
    network = nx.empty_graph(len(told))
    network.add_edges_from((a, b) for a, b in itertools.combinations(range(len(told)), 2) if alike(told[a], told[b]))
    wanted = {frozenset(c) for c in nx.connected_components(network) if len(c) > 1}
    assert {frozenset(n for n, e in found.items() if e == event) for event in found.values()} == merged(wanted, found)
    assert found.keys() == {n for c in wanted for n in c}


def linked_records_by_row(columns: Columns, codes: np.ndarray, tellings: dict[int, str]) -> list[tuple[int, str]]:
    """Each row that is linked, with its event."""
    groups = linked_records(columns, np.arange(len(columns)), codes, tellings, "release")
    return [(row, event) for those, event in groups for row in those]


def merged(groups: set[frozenset[int]], events: dict[int, str]) -> set[frozenset[int]]:
    """The groups, those of one event together: an id follows from the relation, whatever the code."""
    return {frozenset().union(*(g for g in groups if events.get(min(g)) == events.get(min(h)))) for h in groups}


def alike(one: Row, other: Row) -> bool:
    """Whether two records tell of one act."""
    if one[0] == other[0] == "mediates" and one[5] and (one[5], one[1]) == (other[5], other[1]):
        return True
    if one[3] != other[3] or len(one[3]) == 4 or UNSPECIFIED in (*one[1:3], *other[1:3]):
        return False
    visits = {one[0], other[0]} <= {"visits", "receives"}
    if not visits and (one[0], one[4]) != (other[0], other[4]):
        return False
    if one[0] != other[0]:
        return one[1:3] == (other[2], other[1])
    both_ways = vocabulary().relations[one[0]].symmetric
    return one[1:3] == other[1:3] or (both_ways and one[1:3] == (other[2], other[1]))
