"""The network of statements: each an edge, built from the columns on request."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import networkx as nx

from graph.columns import MODALITIES, NONE, STATUSES, SUBJECT_IS_STATEMENT, day
from graph.networks.shown import MultiDiNetwork
from graph.questions import Level, raiser
from graph.selection import Selection
from graph.snapshot import Snapshot
from ontology import UNSPECIFIED, vocabulary


def network(snapshot: Snapshot, selection: Selection | None = None) -> "nx.MultiDiGraph[str]":
    """The selected statements as a frozen MultiDiGraph of entity ids.

    A statement with subject and object is an edge between them with the statement's id as its key. One with
    more participants has an edge for each further one: from the subject to each party (key `ID#party-PARTY`)
    and to each participant in a role (`ID#ROLE-ENTITY`); a collective statement of parties alone joins each
    pair of them, and each of them with the object and the participants in roles. Nodes carry `label` and `kind`;
    edges `statement`, `relation`, `family`, `part` (object, party, or the role), `modality`, `status`, `source`,
    `voice`, `sign`, `earliest` and `latest` as ISO dates. What an edge stands for is always the statement that it
    names: see the evidence there. The unspecified agent is no node.
    """
    rows = snapshot.selector.select(selection or Selection()).rows
    return nx.freeze(network_of(snapshot, rows.tolist()))  # type: ignore[no-any-return]


def network_of(snapshot: Snapshot, rows: Sequence[int], level: Level = Level.ENTITY) -> "nx.MultiDiGraph[str]":
    """The network of the statements in these rows, which may still be added to.

    Rolled up to bodies or states, what is said of two who act for one joins nobody; keys keep the names as stated.
    """
    c = snapshot.columns
    raised = raiser(snapshot, level)
    graph: nx.MultiDiGraph[str] = MultiDiNetwork(revision=snapshot.revision, statements=len(rows))

    def join(span: tuple[int, int] | None, one: int, other: int, key: str, attributes: dict[str, Any]) -> None:
        if span is not None:
            stated, (one, other) = (one, other), (raised(one, *span), raised(other, *span))
            if one == other and stated[0] != stated[1]:
                return
        pair = c.entities[one], c.entities[other]
        if UNSPECIFIED in pair:
            return
        for id in pair:
            if id not in graph:
                entity = snapshot.entities[id]
                graph.add_node(id, label=entity.label.text, kind=str(entity.kind))
        graph.add_edge(*pair, key, **attributes)

    for row in rows:
        relation = vocabulary().relation(c.relations[c.relation[row]])
        id = c.id(row)
        low, high = day(int(c.earliest[row])), day(int(c.latest[row]))
        common: dict[str, Any] = {
            "statement": id,
            "relation": relation.id,
            "family": relation.family,
            "modality": str(MODALITIES[c.modality[row]]),
            "status": str(STATUSES[c.status[row]]),
            "source": c.sources[c.source[row]],
            "voice": c.entities[c.chains[c.speakers[row]][0]] if c.speakers[row] else "",
            "sign": relation.sign,
            "earliest": low.isoformat() if low else None,
            "latest": high.isoformat() if high else None,
        }
        rolled = level is not Level.ENTITY and relation.family != "affiliation"
        joined = partial(join, (int(c.earliest[row]), int(c.latest[row])) if rolled else None)
        subject = NONE if c.flags[row] & SUBJECT_IS_STATEMENT else int(c.subject[row])
        object, parties = int(c.object[row]), c.party_sets[c.parties[row]]
        if subject == NONE:
            for i, one in enumerate(parties):
                for other in parties[i + 1 :]:
                    joined(one, other, f"{id}#{c.entities[one]}-{c.entities[other]}", common | {"part": "party"})
            for one in parties:
                if object != NONE:
                    joined(one, object, f"{id}#object-{c.entities[one]}", common | {"part": "object"})
                for role, entity in c.role_sets[c.roles[row]]:
                    joined(one, entity, f"{id}#{role}-{c.entities[entity]}", common | {"part": role})
            continue
        if object != NONE:
            joined(subject, object, id, common | {"part": "object"})
        for party in parties:
            joined(subject, party, f"{id}#party-{c.entities[party]}", common | {"part": "party"})
        for role, entity in c.role_sets[c.roles[row]]:
            joined(subject, entity, f"{id}#{role}-{c.entities[entity]}", common | {"part": role})
    return graph
