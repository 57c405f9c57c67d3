"""Pictures: nothing overlaps, everything is told without colour too, and the same input gives the same bytes."""

import io
import os
import random
import subprocess
import sys
import xml.etree.ElementTree as ET
from itertools import combinations
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from graph import KnowledgeGraph
from graph.evidence import Evidence
from graph.exceptions import MissingExtraError, ParameterError
from graph.pictures import MOST_ACTORS, Picture, draw_network, draw_timeline
from graph.pictures.lines import mark
from graph.pictures.looks import ENDS, LOOKS, End, Tie, end, tie
from graph.pictures.picture import Box, Label, Stroke, clean, measured, shown, wrapped
from graph.timelines import Counts, Series, Timeline
from tests.effort import tries

ROOT = Path(__file__).parents[2]
WORDS = (
    "Norland",
    "Sudland",
    "Ministry of Foreign Affairs",
    "of",
    "People's Council",
    "Front",
    "Ödön",
    "Արարատ",
    "Минск",
)
SAID = (
    ("mediates", "mediation", None),
    ("accuses", "accusation", -1),
    ("supports", "support", 1),
    ("serves", "affiliation", 0),
)
MODALITIES = ("asserted", "claimed", "intended", "negated", "coded")
SVG = "{http://www.w3.org/2000/svg}"


def made(actors: int, statements: int, seed: int) -> "nx.MultiDiGraph[str]":
    """A network as KnowledgeGraph gives it, of invented actors with short and long names."""
    dice = random.Random(seed)  # noqa: S311
    network: nx.MultiDiGraph[str] = nx.MultiDiGraph(revision=1, statements=statements)
    for n in range(actors):
        label = " ".join(dice.choice(WORDS) for _ in range(dice.randint(1, 5)))
        network.add_node(f"actor-{n}", label=label, kind=dice.choice(["state", "person", "place"]))
    for n in range(statements):
        one, other = (f"actor-{int(actors * dice.random() ** 2)}" for _ in range(2))
        relation, family, sign = dice.choice(SAID)
        network.add_edge(
            one, other, f"s{n}", statement=f"s{n}", relation=relation, family=family, sign=sign, voice="",
            modality=dice.choice(MODALITIES),
        )  # fmt: skip
    return network


def overlapping(picture: Picture) -> list[tuple[str, str]]:
    return [(a.words, b.words) for a, b in combinations(picture.labels, 2) if a.box.overlaps(b.box)]


def inside(picture: Picture) -> bool:
    """Whether all that is drawn lies on the page, and every label in its own box."""
    for item in picture.items:
        if isinstance(item, Label):
            box = item.box
            corners = [(box.x + s * box.width / 2, box.y + t * box.height / 2) for s in (-1, 1) for t in (-1, 1)]
            width, height = measured(item.words, item.size, bold=item.bold)
            if item.words and (width > box.width + 0.1 or height > box.height + 0.1):
                return False
        else:
            corners = list(item.points)
        if not all(0 <= x <= picture.width and 0 <= y <= picture.height for x, y in corners):
            return False
    return True


@settings(max_examples=tries(15), deadline=None)
@given(st.integers(2, 60), st.integers(0, 3), st.integers(0, 10_000))
def test_labels_never_overlap_and_all_lie_on_the_page(actors: int, density: int, seed: int) -> None:
    network = made(actors, actors * density, seed)
    picture = draw_network(network)
    assert overlapping(picture) == []
    assert inside(picture)
    names = {wrapped(shown(data["label"], node), 10, 110) for node, data in network.nodes(data=True)}
    assert names <= {label.words for label in picture.labels}


def test_many_actors_are_drawn_on_a_page_on_which_they_can_be_read() -> None:
    picture = draw_network(made(60, 120, 5))
    assert max(picture.width, picture.height) < 1500  # shown as wide as a notebook, 10 points are 7 or more
    assert min(label.size for label in picture.labels if label.words) >= 7.5


ICEWS = ROOT.parent / "shared" / "data" / "icews-tkg" / "icews_2014_valid.txt"


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.skipif(not ICEWS.exists(), reason="../shared/data is not there")
@pytest.mark.parametrize("projection", ["multi", "dyads", "signed"])
def test_labels_of_sixty_actors_of_real_event_data_do_not_overlap(projection: str, tmp_path: Path) -> None:
    with KnowledgeGraph(tmp_path / "store") as kg:
        kg.import_files("icews-tkg", [ICEWS])
        picture = draw_network(kg.network(projection=projection, since="2014-05", until="2014-06", level="state"))
    assert f"those {MOST_ACTORS} with most statements" in picture.caption
    assert "since: 2014-05-01; until: 2014-06-30; level: state" in picture.caption
    assert len([label for label in picture.labels if label.frame]) == MOST_ACTORS
    assert overlapping(picture) == []
    assert inside(picture)


@pytest.mark.slow
def test_labels_do_not_overlap_where_everybody_is_joined_to_everybody() -> None:
    network: nx.Graph[str] = nx.relabel_nodes(nx.complete_graph(60), lambda n: f"an actor with a long name {n}")
    assert overlapping(draw_network(network)) == []


def test_lines_of_a_tree_pass_beside_the_boxes_of_others() -> None:
    tree: nx.Graph[str] = nx.relabel_nodes(nx.balanced_tree(3, 3), lambda n: f"an actor {n}")
    picture = draw_network(tree)
    boxes = {label.words: label.box for label in picture.labels if label.frame}
    assert len(boxes) == 40
    lines = [s for s in picture.items if isinstance(s, Stroke) and len(s.points) > 5]
    assert len(lines) == 39
    for line in lines:
        between = line.points[1:-1]
        behind = [
            n
            for n, b in boxes.items()
            if any(abs(x - b.x) < b.width / 2 and abs(y - b.y) < b.height / 2 for x, y in between)
        ]
        assert behind == []


def test_of_more_actors_those_with_most_statements_are_drawn_and_the_caption_tells_it() -> None:
    network = made(90, 300, 1)
    picture = draw_network(network)
    assert f"those {MOST_ACTORS} with most statements of 90 entities" in picture.caption
    joined = {
        n: len({d["statement"] for _, _, d in network.to_undirected(as_view=True).edges(n, data=True)}) for n in network
    }
    least = sorted(joined.values(), reverse=True)[MOST_ACTORS - 1]
    words = {label.words for label in picture.labels}
    assert all(
        wrapped(shown(network.nodes[n]["label"], n), 10, 110) in words for n, many in joined.items() if many > least
    )


@pytest.mark.slow
def test_the_same_input_gives_the_same_bytes_here_and_in_another_process() -> None:
    script = (
        "import sys; from tests.graph.test_pictures import made; from graph.pictures import draw_network;"
        "picture = draw_network(made(12, 25, 3)); sys.stdout.buffer.write(picture.svg() + picture.png())"
    )
    here = draw_network(made(12, 25, 3))
    written = here.svg() + here.png()
    assert here.svg() + here.png() == written
    environment = os.environ | {"PYTHONHASHSEED": "77", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", script]
    other = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    assert other.stdout == written


def test_users_settings_do_not_change_the_picture_and_are_left_alone() -> None:
    import matplotlib as mpl

    before = draw_network(made(5, 9, 2)).svg()
    with mpl.rc_context({"font.size": 30, "lines.linewidth": 9, "svg.fonttype": "none", "axes.facecolor": "red"}):
        assert draw_network(made(5, 9, 2)).svg() == before
        assert mpl.rcParams["svg.fonttype"] == "none"


def test_the_order_of_nodes_and_edges_does_not_change_the_picture() -> None:
    network = made(15, 30, 4)
    turned: nx.MultiDiGraph[str] = nx.MultiDiGraph(**network.graph)
    turned.add_nodes_from(reversed(list(network.nodes(data=True))))
    for one, other, key, data in reversed(list(network.edges(keys=True, data=True))):
        turned.add_edge(one, other, key, **data)
    assert draw_network(turned).svg() == draw_network(network).svg()


def luminance(colour: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    """Relative luminance (WCAG 2.2) of linear light."""
    return float(colour @ [0.2126, 0.7152, 0.0722])


def linear(colour: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    part = np.array([int(colour[n : n + 2], 16) for n in (1, 3, 5)]) / 255
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)


# Viénot, Brettel and Mollon 1999: what is left of linear light without long or middle cones.
BLIND = {
    "protan": np.array([[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]]),
    "deutan": np.array([[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]]),
}
SIGNED = (Tie.MEDIATION, Tie.COOPERATION, Tie.CONFLICT)


def test_ties_differ_in_their_dashes_and_in_greyscale() -> None:
    assert len({look.dashes for look in LOOKS.values()}) == len(Tie)
    for one, other in combinations(SIGNED, 2):
        light, dark = sorted((luminance(linear(LOOKS[t].colour)) for t in (one, other)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) > 1.3, (one, other)


def test_ties_can_be_read_on_white() -> None:
    for look in LOOKS.values():
        assert 1.05 / (luminance(linear(look.colour)) + 0.05) > 4.5


@pytest.mark.parametrize("kind", BLIND)
def test_ties_differ_for_colour_blind_readers(kind: str) -> None:
    seen = {t: np.clip(BLIND[kind] @ linear(LOOKS[t].colour), 0, 1) ** (1 / 2.2) for t in SIGNED}
    for one, other in combinations(SIGNED, 2):
        assert np.linalg.norm(seen[one] - seen[other]) > 0.15, (one, other)


def test_ends_differ_in_shape_or_filling() -> None:
    course = np.array([(0.0, 0.0), (20.0, 0.0), (40.0, 0.0)])
    drawn = {this: mark(this, course, "#000000", 1) for this in End}
    assert len({(s.points, s.paper) for s in drawn.values()}) == len(End)
    outlines = {this: len(s.points) for this, s in drawn.items()}
    assert outlines[End.ASSERTED] == outlines[End.CLAIMED] == 3  # one filled, one hollow
    assert drawn[End.ASSERTED].paper != drawn[End.CLAIMED].paper
    assert len({outlines[e] for e in (End.ASSERTED, End.INTENDED, End.NEGATED)}) == 3


def test_what_somebody_says_is_a_claim_however_firmly() -> None:
    said = {"family": "support", "sign": 1, "modality": "asserted"}
    assert end({**said, "voice": ""}) is End.ASSERTED
    assert end({**said, "voice": "ada"}) is End.CLAIMED
    assert end({**said, "modality": "negated", "voice": "ada"}) is End.NEGATED
    assert end({"families": ("support",), "sign": 1}) is End.ANY


def test_a_tie_is_mediation_only_where_nothing_else_is_in_it() -> None:
    assert tie({"families": ("mediation",), "sign": None}) is Tie.MEDIATION
    assert tie({"families": ("mediation", "accusation"), "sign": -1}) is Tie.CONFLICT
    assert tie({"families": ("support", "accusation"), "sign": None}) is Tie.OTHER


def test_the_picture_tells_in_words_what_it_shows(talks: KnowledgeGraph) -> None:
    picture = draw_network(talks.network(involving="Russia"), filters={"involving": ["Russia"]})
    tree = ET.fromstring(picture.svg())  # noqa: S314
    assert tree.get("role") == "img"
    named = {child.get("id"): child.text or "" for child in tree if child.tag in (f"{SVG}title", f"{SVG}desc")}
    assert (tree.get("aria-labelledby") or "").split() == list(named)
    assert "involving: Russia" in named["description"]
    assert "Russia" in named["description"].partition("Most joined")[2]
    assert f"Revision {talks.snapshot.revision}." in picture.caption
    assert Image.open(io.BytesIO(picture.png())).info["Description"] == picture.description
    words = {label.words for label in picture.labels}
    assert {LOOKS[Tie.MEDIATION].words, ENDS[End.INTENDED], ENDS[End.CLAIMED]} <= words


def test_pictures_of_the_article_fit_into_notebooks(talks: KnowledgeGraph) -> None:
    picture = draw_network(talks.network())
    assert overlapping(picture) == []
    assert inside(picture)
    assert len(picture.png()) < 300_000


@pytest.mark.parametrize("actors", [0, 1])
def test_an_empty_network_and_a_single_actor_are_drawn(actors: int) -> None:
    picture = draw_network(made(actors, 0, 1))
    assert overlapping(picture) == []
    assert ("Nothing to draw" in picture.description) is not actors
    assert ET.fromstring(picture.svg()).tag == f"{SVG}svg"  # noqa: S314


def test_names_fit_their_boxes_in_any_script() -> None:
    network: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    labels = (
        "وزارة الخارجية المصرية",
        "משרד החוץ",
        "Nguye\u0302\u0303n Va\u0306n A\u0301",
        "Ռուբեն Ռուբինյան",
        "საქართველო",
    )
    for label in labels:
        network.add_node(label, label=label, kind="state")
    picture = draw_network(network)
    assert {wrapped(label, 10, 110) for label in labels} == {label.words for label in picture.labels if label.frame}
    assert inside(picture)
    assert overlapping(picture) == []


def test_letters_that_join_are_narrower_together_than_apart() -> None:
    word = "الخارجية"
    assert measured(word, 10)[0] < 0.8 * sum(measured(letter, 10)[0] for letter in word)


def test_names_of_any_letters_give_valid_files() -> None:
    network: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for id, label in {
        "a": "A & <b> --> $x^2$\x00\x1b",
        "in-latin": "中华人民共和国",
        "c": "x" * 300,
        "d": "\u202eevil\nname",
    }.items():
        network.add_node(id, label=label, kind="state")
    picture = draw_network(network, title="<&>", filters={"q": "]]> \x07"})
    ET.fromstring(picture.svg())  # noqa: S314
    words = [label.words for label in picture.labels]
    assert "in-latin" in words  # the font has no such letters, and boxes would tell nothing
    assert clean("a\x00\u202eb") == "a\ufffd\ufffdb"
    assert inside(picture)
    picture.png()


def test_a_network_of_dyads_is_drawn_with_its_weights() -> None:
    network: nx.DiGraph[str] = nx.DiGraph()
    network.add_edge("a", "b", weight=8, statements=("s", "t"), families=("mediation",), sign=None)
    network.add_edge("b", "c", weight=1, statements=("u",), families=("support",), sign=1)
    picture = draw_network(network)
    assert "3 statements, 3 entities, 2 lines" in picture.caption
    widths = {s.colour: s.width for s in picture.items if isinstance(s, Stroke) and len(s.points) > 5}
    assert widths[LOOKS[Tie.MEDIATION].colour] > LOOKS[Tie.MEDIATION].width
    assert widths[LOOKS[Tie.COOPERATION].colour] == LOOKS[Tie.COOPERATION].width


@pytest.mark.parametrize("projection", ["dyads", "signed", "mediation"])
def test_every_projection_is_drawn(talks: KnowledgeGraph, projection: str) -> None:
    network = talks.network(projection=projection)
    picture = draw_network(network)
    assert overlapping(picture) == []
    assert inside(picture)
    named = {wrapped(data["label"], 10, 110) for _, data in network.nodes(data=True)}
    assert named <= {label.words for label in picture.labels}
    assert (ENDS[End.ANY] in {label.words for label in picture.labels}) is network.is_directed()
    nothing = draw_network(
        talks.network(projection=projection, subject="Moscow", object="Mirzoyan", family="mediation")
    )
    assert "no statement matches these filters" in nothing.description


def test_a_mediation_leads_from_the_mediator_to_the_sides_with_ends_that_tell_how_it_is_said(
    talks: KnowledgeGraph,
) -> None:
    picture = draw_network(talks.network(projection="mediation", modality=("presupposed", "intended")))
    boxes = {label.words: label.box for label in picture.labels if label.frame}
    assert {"mediates", "brokers"} <= boxes.keys()
    words = {label.words for label in picture.labels}
    assert {ENDS[End.ASSERTED], ENDS[End.INTENDED]} <= words
    assert ENDS[End.CLAIMED] not in words
    assert "modality: presupposed, intended" in picture.caption
    russia = boxes["Russia"]
    begun = [s for s in picture.items if isinstance(s, Stroke) and len(s.points) > 20 and near(russia, s.points[0])]
    assert len(begun) == 2
    assert not any(near(russia, s.points[-1]) for s in begun)


def test_of_many_mediations_whole_ones_are_drawn() -> None:
    network: nx.Graph[str] = nx.Graph()
    for n in range(40):
        id = f"mediation-{n:02d}"
        network.add_node(id, label=id, bipartite="mediation", kind="mediation", modalities=("coded",), voices=("",))
        for actor, part in ((f"actor-{n % 7}", "mediator"), (f"side-{n}", "party"), (f"side-{n + 1}", "party")):
            network.add_node(actor, label=actor, bipartite="actor", kind="state")
            network.add_edge(id, actor, parts=(part,), statements=(f"s{n}",))
    picture = draw_network(network, most=20)
    boxes = {label.words for label in picture.labels if label.frame}
    drawn = {n for n in network if n in boxes}
    mediations = {n for n in drawn if n.startswith("mediation")}
    assert 4 < len(mediations) < len(drawn) <= 20
    assert drawn == mediations.union(*(network[m] for m in mediations))
    assert f"{len(mediations)} of 40 mediations" in picture.caption
    assert f"{len(drawn - mediations)} of 48 entities, {3 * len(mediations)} lines" in picture.caption
    assert f"{len(boxes)} of" not in draw_network(network, most=100).caption


def near(box: Box, point: tuple[float, float]) -> bool:
    return abs(point[0] - box.x) < box.width / 2 + 5 and abs(point[1] - box.y) < box.height / 2 + 5


def test_a_picture_tells_the_filters_that_its_network_names(talks: KnowledgeGraph) -> None:
    network = talks.network(between=("Armenia", "Azerbaijan"), according_to="Russia", modality="claimed")
    assert (
        "Filter: between: armenia, azerbaijan; modality: claimed; according to: russia."
        in draw_network(network).caption
    )
    moscow = talks.network(involving="Moscow", projection="mediation")
    assert "Filter: relation: mediates; involving: russia." in draw_network(moscow).caption
    told = draw_network(moscow, filters={"involving": "Moscow"}).caption
    assert "Filter: relation: mediates; involving: Moscow." in told
    assert "Filter: none." in draw_network(talks.network()).caption
    assert "Filter: none." in draw_network(talks.network(projection="signed")).caption


def test_a_picture_of_nobody_is_refused() -> None:
    with pytest.raises(ParameterError, match="0 leaves nobody"):
        draw_network(made(2, 1, 1), most=0)


def test_ends_of_many_lines_between_two_lie_apart() -> None:
    network: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for n, (relation, family, sign) in enumerate(SAID):
        for modality in MODALITIES:
            id = f"{n}-{modality}"
            network.add_edge("a", "b", id, statement=id, relation=relation, family=family, sign=sign, modality=modality)
    picture = draw_network(network)
    ends = [s.points[-1] for s in picture.items if isinstance(s, Stroke) and len(s.points) > 20]
    assert len(ends) == 20
    assert min(np.hypot(a - c, b - d) for (a, b), (c, d) in combinations(ends, 2)) > 5
    assert overlapping(picture) == []
    assert inside(picture)


def test_drawing_names_the_extra_that_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'tertius\[pictures\]'"):
        draw_network(made(1, 0, 1)).svg()


TIMELINE = Timeline(
    (
        Series("talks", Evidence.CLAIM, Counts({"2019": 3, "2021": 12}, 2, 5)),
        Series("events", Evidence.EVENT, Counts({"2020": 1234}, 0, 0)),
        Series("papers", Evidence.AGREEMENT, Counts({}, 1, 7)),
    )
)


def test_a_timeline_has_a_panel_for_each_data_set_and_tells_what_is_in_no_bar() -> None:
    picture = draw_timeline(TIMELINE, filters={"family": "mediation"}, revision=4)
    assert overlapping(picture) == []
    assert inside(picture)
    words = {label.words for label in picture.labels}
    assert {"talks: curated claims", "events: coded events", "papers: agreements"} <= words
    assert "15 in the bars, 2 over several periods, 5 without closed dates" in words
    assert {"2019", "2020", "2021", "1,500"} <= words
    assert picture.caption == "Statements, counted per year, 2019 to 2021. Filter: family: mediation. Revision 4."
    assert "most in 2020 (1,234)" in picture.description
    assert draw_timeline(TIMELINE).svg() == draw_timeline(TIMELINE).svg()
    ET.fromstring(picture.svg())  # noqa: S314


def test_bars_are_as_high_as_their_counts() -> None:
    picture = draw_timeline(Timeline((Series("a", Evidence.CLAIM, Counts({"2020-01": 2, "2020-03": 6}, 0, 0)),)))
    bars = [s.points for s in picture.items if isinstance(s, Stroke) and s.paper]
    low, high = sorted(max(y for _, y in p) - min(y for _, y in p) for p in bars)
    assert high / low == pytest.approx(3, abs=0.01)
    first, last = sorted(min(x for x, _ in p) for p in bars)
    widths = {round(max(x for x, _ in p) - min(x for x, _ in p)) for p in bars}
    assert len(widths) == 1
    assert last - first > max(widths) * 2  # February, which has none, has its room


@settings(max_examples=tries(20), deadline=None)
@given(st.dictionaries(st.dates().map(lambda d: d.isoformat()), st.integers(1, 10**6), max_size=30), st.integers(0, 9))
def test_labels_of_timelines_never_overlap(periods: dict[str, int], undated: int) -> None:
    counts = Counts(dict(sorted(periods.items())), 0, undated)
    picture = draw_timeline(Timeline((Series("some", Evidence.EVENT, counts),)))
    assert overlapping(picture) == []
    assert inside(picture)


def test_an_empty_timeline_says_so() -> None:
    assert "Nothing to draw" in {label.words.partition(":")[0] for label in draw_timeline(Timeline(())).labels}
