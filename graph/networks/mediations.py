"""The mediation network: each mediation a node of its own, joined with its mediators, its sides and other roles."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import networkx as nx
import numpy as np

from graph.columns import MODALITIES, NONE, OPEN_END, OPEN_START, SUBJECT_IS_STATEMENT, day
from graph.evidence import KINDS, Evidence
from graph.networks.asked import Asked, Chosen, about, choose, note
from graph.networks.dyads import add_actors
from graph.networks.shown import DiNetwork, Network
from graph.questions import raiser
from graph.selection import MEDIATION
from graph.snapshot import Snapshot
from ontology import UNSPECIFIED, vocabulary

MEDIATOR, PARTY, OBJECT, SUBJECT = "mediator", "party", "object", "subject"
_EVENT = KINDS.index(Evidence.EVENT)


@dataclass
class _Mediation:
    """What is told of one mediation: rows, and by entity and part the rows that say so."""

    rows: list[int] = field(default_factory=list)
    parts: dict[tuple[int, str], list[int]] = field(default_factory=lambda: defaultdict(list))


def mediations(snapshot: Snapshot, asked: Asked) -> "nx.Graph[str]":
    """A frozen bipartite Graph: nodes with `bipartite` "mediation" or "actor", an edge for each who takes part.

    A mediation is one statement of the family mediation, or all that share an event; of coded events only those of
    one mediator and relation, since an event there is only a story's sentence. Its node has the id of the event
    (`event:ID`) or statement (`statement:ID`), with `relations`, `statements`, `modalities`, `voices` (outermost
    speakers, "" for the source itself), `evidence`, `earliest` and `latest`. An edge has `parts`: "mediator" (the
    subject of mediates and what is narrower, and co-mediators), "party", other roles by their names, and in offers,
    requests and answers "subject" and "object"; and `statements`, those that say so. It has no sign. Without another
    family or relation it is of those who mediate: to offer mediation is not to mediate. Processes and agreements that
    a mediation is about stand in `objects` of its node. Raises what `Selector.select` raises.
    """
    return mediations_of(snapshot, asked, choose(snapshot, asked))


def mediations_of(snapshot: Snapshot, asked: Asked, chosen: Chosen) -> "nx.Graph[str]":
    """The mediation network of rows that are chosen already."""
    c = snapshot.columns
    rows = chosen.rows[snapshot.selector.are_mediations(chosen.rows)]
    origins, raised = snapshot.selector.origins, raiser(snapshot, asked.level)
    mediate = vocabulary().question("mediates")
    is_actor = _actors(snapshot)
    found: dict[tuple[int, ...], _Mediation] = defaultdict(_Mediation)
    objects: dict[tuple[int, ...], set[str]] = defaultdict(set)
    for row in rows.tolist():
        event, source = int(c.event[row]), int(c.source[row])
        subject = NONE if c.flags[row] & SUBJECT_IS_STATEMENT else int(c.subject[row])
        relation = c.relations[c.relation[row]]
        if event == NONE:
            key: tuple[int, ...] = (row,)
        elif origins.evidence[source] == _EVENT:
            key = event, int(c.relation[row]), subject, int(origins.dataset[source])
        else:
            key = event, NONE
        mediation, span = found[key], (int(c.earliest[row]), int(c.latest[row]))
        mediation.rows.append(row)
        taking = [(subject, MEDIATOR if relation in mediate else SUBJECT), (int(c.object[row]), OBJECT)]
        taking += [(p, PARTY) for p in c.party_sets[c.parties[row]]]
        taking += [(e, MEDIATOR if role == "co-mediator" else role) for role, e in c.role_sets[c.roles[row]]]
        for entity, part in taking:
            if entity == NONE or c.entities[entity] == UNSPECIFIED:
                continue
            if is_actor[entity]:
                mediation.parts[raised(entity, *span), part].append(row)
            elif part == OBJECT:
                objects[key].add(c.entities[entity])
    graph: nx.Graph[str] = Network()
    for key, mediation in found.items():
        _add(graph, snapshot, mediation, sorted(objects[key]), key)
    if asked.focus:
        # A step is from actor to actor, through a mediation.
        graph = graph.subgraph(around(graph, asked.focus, 2 * asked.steps)).copy()
    number = sum(data["bipartite"] == "mediation" for _, data in graph.nodes(data=True))
    graph.graph |= about(
        snapshot, asked, chosen, mediations=number,
        note=note(asked, chosen, nodes=len(graph) - number, edges=graph.number_of_edges()),
    )  # fmt: skip
    return nx.freeze(graph)  # type: ignore[no-any-return]


def _actors(snapshot: Snapshot) -> list[bool]:
    kinds = vocabulary().relations["mediates"].frame.party_kinds
    return [(e := snapshot.entities.get(id)) is not None and e.kind in kinds for id in snapshot.columns.entities]


def _add(
    graph: "nx.Graph[str]", snapshot: Snapshot, mediation: _Mediation, objects: list[str], key: tuple[int, ...]
) -> None:
    c = snapshot.columns
    rows = np.array(mediation.rows)
    ids = dict(zip(mediation.rows, c.ids_of(rows), strict=True))
    if len(key) == 1:
        node = f"statement:{ids[key[0]]}"
    else:
        # Of coded events one sentence may tell of several mediations.
        node = f"event:{c.events[key[0]]}" + (f"#{ids[mediation.rows[0]]}" if len(key) > 2 else "")
    relations = sorted({c.relations[n] for n in c.relation[rows].tolist()})
    dated = rows[(c.earliest[rows] != OPEN_START) | (c.latest[rows] != OPEN_END)]
    first = day(int(c.earliest[dated].min())) if len(dated) else None
    last = day(int(c.latest[dated].max())) if len(dated) else None
    chains = [c.chains[n] for n in np.unique(c.speakers[rows]).tolist()]
    graph.add_node(
        node, bipartite="mediation", label=", ".join(vocabulary().relation(r).label for r in relations),
        kind="mediation", relations=tuple(relations),
        objects=tuple(objects), statements=tuple(ids.values()),
        modalities=tuple(sorted({str(MODALITIES[m]) for m in c.modality[rows].tolist()})),
        voices=tuple(sorted({c.entities[chain[0]] if chain else "" for chain in chains})),
        evidence=KINDS[snapshot.selector.origins.evidence[c.source[rows[0]]]].value,
        earliest=first.isoformat() if first else None, latest=last.isoformat() if last else None,
    )  # fmt: skip
    by_actor: dict[int, dict[str, list[int]]] = defaultdict(dict)
    for (entity, part), saying in mediation.parts.items():
        by_actor[entity][part] = saying
    for entity, parts in by_actor.items():
        id = c.entities[entity]
        if id not in graph:
            add_actors(graph, snapshot, [entity])
            graph.nodes[id]["bipartite"] = "actor"
        saying = sorted({row for those in parts.values() for row in those})
        graph.add_edge(node, id, parts=tuple(sorted(parts)), statements=tuple(ids[r] for r in saying))


def around(graph: "nx.Graph[str]", focus: Iterable[str], steps: int) -> set[str]:
    """The nodes that are no more than so many steps from one of the focus, whatever the direction of edges."""
    near = {id for id in focus if id in graph}
    edge = near
    for _ in range(steps):
        edge = {n for id in edge for n in nx.all_neighbors(graph, id)} - near
        near = near | edge
    return near


def ties(network: "nx.Graph[str]") -> "nx.DiGraph[str]":
    """The mediation network projected onto its actors: from each mediator to each party of the same mediation.

    `weight` counts the mediations, `mediations` names them, `statements` those that say either part; `sign` is None.
    The sides are not joined: being mediated is nothing that one does to the other. Who is mediator and party at once
    has no tie with itself. What the projection loses is which sides stood together: see the network itself.
    """
    found: nx.DiGraph[str] = DiNetwork(**network.graph)
    for node, data in network.nodes(data=True):
        if data["bipartite"] != "mediation":
            continue
        taking = {actor: network.edges[node, actor] for actor in network[node]}
        for one in (a for a, edge in taking.items() if MEDIATOR in edge["parts"]):
            for other in (a for a, edge in taking.items() if PARTY in edge["parts"] and a != one):
                found.add_node(one, **network.nodes[one])
                found.add_node(other, **network.nodes[other])
                edge = found.edges.get((one, other), {"weight": 0, "mediations": (), "statements": ()})
                said = dict.fromkeys([*edge["statements"], *taking[one]["statements"], *taking[other]["statements"]])
                found.add_edge(
                    one, other, weight=edge["weight"] + 1, mediations=(*edge["mediations"], node),
                    statements=tuple(said), families=(MEDIATION,), sign=None,
                )  # fmt: skip
    return nx.freeze(found)  # type: ignore[no-any-return]
