"""Pictures of networks: who is joined to whom, by what, and how it is said."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import networkx as nx
import numpy as np

from graph.columns import MODALITIES
from graph.exceptions import ParameterError
from graph.pictures.framing import Key, filter_words, framed, number
from graph.pictures.layout import placed
from graph.pictures.lines import Line, Points, courses, mark, strokes
from graph.pictures.looks import ENDS, FAINT, INK, LOOKS, PAPER, End, Tie, end, is_actor, is_mutual, tie
from graph.pictures.picture import Box, Label, Picture, Stroke, clean, measured, shown, wrapped
from graph.questions import TOLD
from ontology import Modality, vocabulary

MOST_ACTORS = 60
"""How many nodes a picture shows at most, where nothing else is asked for."""
_MOST_WITH_WORDS = 60
"""Lines beyond which none bears words."""
_FEW = 20
"""Lines that are all drawn long enough for words of any length."""
_NODE, _WORDS = 10.0, 7.5
_NODE_WIDTH, _WORDS_WIDTH = 110.0, 105.0
_MOST_RELATIONS = 3
_END = 7.0
"""Room that the end of a line takes at least, beside others of the same pair."""
_THICK = 250
"""Lines up to which each has its full width; of twice as many each has half of it."""
_MOST_HIDDEN = 5
"""Points of other lines that words may hide."""
_WAYS: dict[Any, int] = {("mediator",): 1, ("party",): -1}
"""Which way a line of a mediation leads: from a mediator to it, from it to a side."""
_ALONG = (0.5, 0.46, 0.54, 0.42, 0.58, 0.38, 0.62, 0.34, 0.66, 0.3, 0.7, 0.26, 0.74, 0.22, 0.78, 0.18, 0.82)


def draw_network(
    network: "nx.Graph[str]",
    *,
    title: str = "Who is joined to whom, and how it is said",
    filters: Mapping[str, Any] | None = None,
    most: int = MOST_ACTORS,
) -> Picture:
    """A network as `KnowledgeGraph.network` gives it, or one of dyads, as a picture.

    Lines tell what joins two entities, their ends how it is said, their width how many statements. Of more than
    `most` nodes those with most statements are drawn. The caption tells that, and the filters that the network itself
    names, in the words of `filters` where these are given. Raises ParameterError for a `most` below 1, and
    MissingExtraError where matplotlib is not installed.
    """
    if most < 1:
        raise ParameterError("most", f"{most} leaves nobody to draw: give 1 or more")
    filters = _filters(network.graph) | dict(filters or {})
    nodes, lines = _most_joined(network, most)
    bundles = _bundles(lines)
    boxed = {node: _node(network, node, bundles[node]) for node in nodes}
    boxes = placed(_simple(nodes, lines), {node: (label.box.width, label.box.height) for node, label in boxed.items()})
    ways = courses(lines, boxes)
    items: list[Label | Stroke] = []
    for line, way in zip(lines, ways, strict=True):
        items += strokes(line, way)
    if len(lines) <= _MOST_WITH_WORDS:
        items += _words(lines, ways, list(boxes.values()))
    items += [_put(label, boxes[node]) for node, label in boxed.items()]
    if not nodes:
        words = wrapped(_nothing(network), _NODE, 500)
        items = [Label(words, Box(0, 0, 540, measured(words, _NODE)[1] + 50), _NODE, FAINT, frame=FAINT)]
    caption = _caption(network, nodes, lines, filters)
    return framed(
        items, title, caption, f"{caption} {_in_words(network, nodes, lines)}".strip(), _legend(nodes, lines, network)
    )


def _filters(about: Mapping[str, Any]) -> dict[str, Any]:
    """What a network says that it was asked of."""
    found: dict[str, Any] = defaultdict(list)
    for pair in about.get("filters", ()):
        name, _, value = pair.partition("=")
        found[name].append(value)
    told = {name: about.get(name) for name in ("families", "according_to", "since", "until", "focus", "depth")}
    level = about.get("level", "entity")
    usual = set(Modality) if about.get("projection") == "multi" else {MODALITIES[n] for n in TOLD}
    if set(admitted := about.get("modalities", usual)) != usual:
        found["modality"] = admitted
    return dict(found) | {n: v for n, v in told.items() if v} | ({"level": level} if level != "entity" else {})


def _most_joined(network: "nx.Graph[str]", most: int) -> tuple[list[str], list[Line]]:
    """The nodes to be drawn and the lines among them, both in an order that the network's own does not change."""
    lines = _lines(network)
    statements: dict[str, set[str]] = defaultdict(set)
    weights = Counter[str]()
    for line in lines:
        for node in {line.start, line.end}:
            statements[node] |= line.statements
            weights[node] += line.weight  # type: ignore[assignment]
    ranked = sorted(network.nodes, key=lambda n: (-len(statements[n]), -weights[n], n))
    kept = sorted(ranked if len(ranked) <= most else _whole_mediations(network, ranked, most) or ranked[:most])
    shown = set(kept)
    drawn = [line for line in lines if line.start in shown and line.end in shown]
    for line in drawn:
        line.fine = max(0.3, min(1.0, _THICK / max(1, len(drawn))))
    return kept, drawn


def _whole_mediations(network: "nx.Graph[str]", ranked: Sequence[str], most: int) -> set[str]:
    """Mediations with all who take part, as many as there is room for, those first of whose actors most is told."""
    place = {node: n for n, node in enumerate(ranked)}
    taking = {m: sorted(place[a] for a in network[m]) for m in ranked if _is_mediation(network, m)}
    found: set[str] = set()
    for mediation in sorted(taking, key=lambda m: (taking[m], m)):
        more = {mediation, *network[mediation]} - found
        if len(found) + len(more) <= most:
            found |= more
    return found


def _is_mediation(network: "nx.Graph[str]", node: str) -> bool:
    return network.nodes[node].get("bipartite") == "mediation"


def _lines(network: "nx.Graph[str]") -> list[Line]:
    found: dict[tuple[str, str, Tie, End, bool], Line] = {}
    directed = network.is_directed()
    for start, finish, data in network.edges(data=True):
        said, mutual = end(data), not directed or is_mutual(data)
        mediation = next((n for n in (start, finish) if _is_mediation(network, n)), None)
        if mediation is not None and (way := _WAYS.get(data.get("parts"))):
            mutual, actor = False, finish if start == mediation else start
            said, (start, finish) = _said(network.nodes[mediation]), (actor, mediation)[::way]
        if mutual and finish < start:
            start, finish = finish, start
        key = start, finish, tie(data) if mediation is None else Tie.MEDIATION, said, mutual
        line = found.setdefault(key, Line(*key))
        statements = data.get("statements") or ([data["statement"]] if "statement" in data else ())
        new = set(statements) - line.statements
        line.statements |= new
        line.weight += data.get("weight", len(new) or (0 if statements else 1))
        if relation := data.get("relation"):
            line.relations.add(vocabulary().relation(relation).label)
        line.relations |= set(data.get("parts") or ())
    return [found[key] for key in sorted(found)]


def _said(mediation: Mapping[str, Any]) -> End:
    """How a mediation is said, where all that is said of it is said alike."""
    ends = {
        end({"modality": m, "voice": v}) for m in mediation.get("modalities", ()) for v in mediation.get("voices", ())
    }
    return ends.pop() if len(ends) == 1 else End.ANY


def _simple(nodes: Sequence[str], lines: Sequence[Line]) -> "nx.Graph[str]":
    """Who is joined to whom at all; two that many lines join lie further apart, as long as there is room for words."""
    simple: nx.Graph[str] = nx.Graph()
    simple.add_nodes_from(nodes)
    pairs = Counter((line.start, line.end) for line in lines if line.start != line.end)
    for (start, finish), many in pairs.items():
        more = pairs.get((finish, start), 0)
        gap = 40.0
        if len(lines) <= _MOST_WITH_WORDS:
            gap = (_WORDS_WIDTH + 30 if len(lines) <= _FEW else 92.0) + 6 * (many + more - 1)
        simple.add_edge(start, finish, gap=gap, lines=many + more)
    return simple


def _bundles(lines: Sequence[Line]) -> Counter[str]:
    """How many lines each node shares with the one with which it shares most."""
    found = Counter[str]()
    for pair, many in Counter(frozenset((line.start, line.end)) for line in lines).items():
        for node in pair:
            found[node] = max(found[node], many)
    return found


def _node(network: "nx.Graph[str]", node: str, lines: int) -> Label:
    data = network.nodes[node]
    words = wrapped(shown(data.get("label") or node, node), _NODE, _NODE_WIDTH)
    if _is_mediation(network, node) and (days := _days(data)):
        words += f"\n{days}"
    width, height = measured(words, _NODE)
    acts = is_actor(data) or "kind" not in data
    # The ends of many lines of one pair take room beside each other.
    box = Box(0, 0, round(max(width + 14, _END * lines), 1), round(max(height + 9, _END * lines), 1))
    return Label(words, box, _NODE, paper=PAPER if acts else "#ececec", frame=INK if acts else "#9a9a9a", round=acts)


def _days(data: Mapping[str, Any]) -> str:
    first, last = data.get("earliest"), data.get("latest")
    if first == last:
        return first or ""
    return f"{first}/\n{last}" if first and last else f"{first or '..'}/{last or '..'}"


def _put(label: Label, box: Box) -> Label:
    return Label(label.words, box, label.size, paper=label.paper, frame=label.frame, round=label.round)


def _words(lines: Sequence[Line], ways: Sequence[Points], taken: list[Box]) -> Iterator[Label]:
    """What the lines say, wherever there is room for it on the line."""
    taken = taken + [Box(float(x), float(y), 9, 9) for way in ways for x, y in (way[0], way[-1], way[-2])]
    every, owner = np.concatenate(ways) if ways else np.empty((0, 2)), np.repeat(range(len(ways)), [*map(len, ways)])
    order = sorted(range(len(lines)), key=lambda n: -lines[n].weight)
    for n in order:
        said = sorted(lines[n].relations)
        if not said:
            continue
        more = [f"and {len(said) - _MOST_RELATIONS} more"] if len(said) > _MOST_RELATIONS else []
        words = wrapped("\n".join([*said[:_MOST_RELATIONS], *more]), _WORDS, _WORDS_WIDTH)
        width, height = measured(words, _WORDS)
        found: list[tuple[int, Box]] = []
        for part in _ALONG:
            x, y = ways[n][round(part * (len(ways[n]) - 1))].tolist()
            rise = height if lines[n].start == lines[n].end else 0  # a loop is too small to bear words
            box = Box(round(x, 1), round(y + rise, 1), round(width + 3, 1), round(height, 1))
            if not any(box.overlaps(other, 2) for other in taken):
                inside = (np.abs(every - [x, y]) < [width / 2 + 2, height / 2 + 2]).all(axis=1)
                if (hidden := int((inside & (owner != n)).sum())) <= _MOST_HIDDEN:
                    found.append((hidden, box))
        if found:
            _, box = min(found, key=lambda f: f[0])  # what hides least of the other lines
            taken.append(box)
            yield Label(words, box, _WORDS, LOOKS[lines[n].tie].colour, paper=PAPER)


def _legend(nodes: Sequence[str], lines: Sequence[Line], network: "nx.Graph[str]") -> Iterator[Key]:
    def way(of: Tie) -> Key:
        look = LOOKS[of]
        return lambda x, y: [Stroke(((x - 20, y), (x + 20, y)), look.colour, look.width, look.dashes)], look.words

    def ending(of: End) -> Key:
        return lambda x, y: [
            Stroke(((x - 20, y), (x + 20, y)), INK, 1),
            mark(of, np.array([(x - 20, y), (x + 12, y), (x + 20, y)]), INK, 1),
        ], ENDS[of]

    for one in Tie:
        if any(line.tie is one for line in lines):
            yield way(one)
    for this in End:
        if any(line.mark is this and not (line.mutual and this is End.ANY) for line in lines):
            yield ending(this)
    if any(line.weight > 1 for line in lines):
        yield (
            lambda x, y: [Stroke(((x - 20, y), (x, y)), INK, 1), Stroke(((x, y), (x + 20, y)), INK, 3)],
            "the thicker, the more statements",
        )
    kinds = {is_actor(network.nodes[node]) for node in nodes}
    if kinds == {True, False}:
        yield (
            lambda x, y: [Label("", Box(x, y, 34, 13), 1, paper="#ececec", frame="#9a9a9a")],
            "what does not act: place, process, mediation",
        )


def _caption(network: "nx.Graph[str]", nodes: Sequence[str], lines: Sequence[Line], filters: Mapping[str, Any]) -> str:
    drawn = set().union(*(line.statements for line in lines))
    mediations = {n for n in network if _is_mediation(network, n)}
    everybody, every = (
        number(len(network) - len(mediations), "entity", "entities"),
        number(len(mediations), "mediation"),
    )
    if len(nodes) == len(network):
        who = f"{everybody} and {every}" if mediations else everybody
    elif mediations:
        some = len(mediations.intersection(nodes))
        who = f"{some} of {every}, of those with most statements, and {len(nodes) - some} of {everybody}"
    else:
        who = f"those {len(nodes)} with most statements of {everybody}"
    selected = network.graph.get("statements")
    what = number(len(drawn), "statement")
    if isinstance(selected, int) and selected != len(drawn):
        what = f"{len(drawn):,} of {number(selected, 'statement')}"
    if not drawn and lines:
        what = number(len(lines), "tie")
    said = f"Drawn: {what}, {who}, {number(len(lines), 'line')}. Filter: {clean(filter_words(filters))}."
    return said + (f" Revision {network.graph['revision']}." if "revision" in network.graph else "")


def _in_words(network: "nx.Graph[str]", nodes: Sequence[str], lines: Sequence[Line]) -> str:
    """What the picture shows, for those who do not see it."""
    if not nodes:
        return _nothing(network)
    label = {node: clean(network.nodes[node].get("label") or node).replace("\n", " ") for node in nodes}
    joined: dict[str, set[str]] = defaultdict(set)
    kinds: dict[Tie, dict[End, set[str]]] = defaultdict(lambda: defaultdict(set))
    for line in lines:
        named = line.statements or {f"{line.start} {line.end}"}
        kinds[line.tie][line.mark] |= named
        for node in {line.start, line.end}:
            joined[node] |= named
    degrees = Counter({node: len(named) for node, named in joined.items()})
    said = [f"Most joined: {', '.join(f'{label[n]} ({many})' for n, many in _first(degrees, 8))}."] if degrees else []
    for one in Tie:
        if one in kinds:
            marks = ", ".join(f"{said} {len(named)}" for said, named in sorted(kinds[one].items()))
            said.append(f"{one.capitalize()}: {marks}.")
    thickest = sorted(lines, key=lambda line: (-line.weight, line.start, line.end, line.tie, line.mark))[:8]
    if thickest:
        ways = (f"{label[t.start]} {'and' if t.mutual else 'to'} {label[t.end]}, {t.tie} {t.mark}" for t in thickest)
        said.append(f"Thickest lines: {'; '.join(ways)}.")
    return " ".join(said)


def _nothing(network: "nx.Graph[str]") -> str:
    return f"Nothing to draw: {network.graph.get('note') or 'no statement joins two entities here'}."


def _first(counts: Counter[str], many: int) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:many]
