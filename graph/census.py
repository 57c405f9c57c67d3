"""How many triples each property, class and named graph has: counted from columns and models, not read from the store.

A store of a million statements holds ten million triples, which the engine counts in seconds; these take milliseconds,
so that the description can be written anew with each revision.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from graph.columns import EXTRAS, MODALITIES, NONE, OPEN_END, OPEN_START, REPEATED, STATUSES, Columns
from graph.entities import Entity
from graph.rdf import SOURCE_FIELDS, Iris, Triples
from graph.sources import Source
from ontology import Status, expand, vocabulary

_EXTRA_PROPERTIES = {
    "subject_as": ("t:subjectAs",), "object_as": ("t:objectAs",), "record": ("t:record",),
    "start": ("t:start", "t:end"), "row": ("t:row",), "when": ("t:when",), "when_text": ("t:whenText",),
    "note": ("t:note",), "key": ("t:key",),
    "corrected_by": ("t:correctedBy",), "confidence": ("t:confidence",), "event_coder": ("t:eventCoder",),
    "event_confidence": ("t:eventConfidence",),
}  # fmt: skip
_SOURCE_PROPERTIES = SOURCE_FIELDS | {
    expand("t:textLength"): "length", expand("prov:wasDerivedFrom"): "derived_from", expand("t:modality"): "modality",
}  # fmt: skip


@dataclass(frozen=True)
class Census:
    """Numbers of triples by property and by named graph, of instances by class, of triples by class and property.

    Properties, classes and graphs are IRIs; `subjects` is the number of distinct subjects.
    """

    properties: Counter[str]
    classes: Counter[str]
    class_properties: Mapping[str, Counter[str]]
    graphs: Mapping[str, int]
    subjects: int

    @property
    def triples(self) -> int:
        """All triples."""
        return self.properties.total()


def take_census(
    columns: Columns,
    entities: Mapping[str, Entity],
    sources: Mapping[str, Source],
    datasets: Mapping[str, tuple[str, ...]],
    edges: Counter[str],
    identities: Triples,
    iris: Iris,
) -> Census:
    """Counts all but the description itself. `edges` are the plain edges by relation, `identities` who is whom."""
    said, triples_of_row, links = _statements(columns, sources)
    by_kind = _entities(entities, datasets)
    described = {i: 1 + sum(getattr(s, f) is not None for f in _SOURCE_PROPERTIES.values()) for i, s in sources.items()}
    of_sources = Counter(
        {p: sum(getattr(s, f) is not None for s in sources.values()) for p, f in _SOURCE_PROPERTIES.items()}
    )
    of_sources[expand("rdf:type")] = len(sources)
    stated = np.bincount(columns.source, triples_of_row, len(columns.sources)).astype(int).tolist()
    by_source = dict(zip(columns.sources, stated, strict=True))
    words, kinds_of_words, subjects = _ontology()
    drawn = Counter({expand(f"r:{relation}"): n for relation, n in edges.items()})
    in_entities = sum(by_kind.values(), Counter[str]())
    judged = Counter(line.split(" ", 2)[1][1:-1] for line in identities.lines)
    graphs = {
        iris.identities_graph: judged.total(),
        iris.entities_graph: in_entities.total(),
        iris.edges_graph: drawn.total(),
        iris.ontology_graph: words.total(),
        **{iris.source(i): described[i] + by_source.get(i, 0) for i in sorted(sources)},
    }
    properties = said + in_entities + drawn + words + of_sources + judged
    rdf_type = expand("rdf:type")
    classes = Counter({kind: counted[rdf_type] for kind, counted in by_kind.items()}) + kinds_of_words
    classes[expand("t:Source")] += len(sources)
    classes[expand("t:Judgement")] += judged[rdf_type]
    class_properties = by_kind | {expand("t:Source"): +of_sources}
    if judged:
        merging = expand("t:mergedInto")
        class_properties[expand("t:Judgement")] = Counter({p: n for p, n in judged.items() if p != merging})
    number = len(columns) + links + len(entities) + len(sources) + judged[rdf_type] + subjects
    return Census(+properties, +classes, class_properties, {g: n for g, n in graphs.items() if n}, number)


def statements_by_source(columns: Columns) -> dict[str, int]:
    """How many statements each source has that has any, by id."""
    counts = np.bincount(columns.source, minlength=len(columns.sources)).tolist()
    return {id: n for id, n in zip(columns.sources, counts, strict=True) if n}


def _statements(c: Columns, sources: Mapping[str, Source]) -> tuple[Counter[str], npt.NDArray[np.int64], int]:
    """Triples of statements by property and by row, and the number of links to speakers."""
    counted: Counter[str] = Counter()
    of_row = np.zeros(len(c), np.int64)

    def count(curie: str, numbers: npt.NDArray[np.integer | np.bool_]) -> None:
        nonlocal of_row
        of_row += numbers
        counted[expand(curie)] += int(numbers.sum())

    for curie, column in (("rdf:subject", c.subject), ("rdf:object", c.object), ("t:about", c.about),
                          ("t:topic", c.topic), ("t:place", c.place), ("t:event", c.event)):  # fmt: skip
        count(curie, column != NONE)
    count("rdf:predicate", np.ones(len(c), bool))
    count("t:party", np.array([len(p) for p in c.party_sets])[c.parties])
    for role in vocabulary().roles.values():
        taken = np.array([sum(name == role.id for name, _ in taken) for taken in c.role_sets])
        if taken.any():
            count(f"t:{role.iri.rpartition('#')[2]}", taken[c.roles])
    count("t:attributedTo", np.array([len(set(chain)) for chain in c.chains])[c.speakers])
    chained = np.array([len(chain) if len(chain) > 1 else 0 for chain in c.chains])[c.speakers]
    count("t:voice", chained > 0)
    for curie in ("prov:qualifiedAttribution", "prov:agent", "t:position"):
        count(curie, chained)
    # What a source says for all its statements stands on the source.
    defaults = [sources.get(i) for i in c.sources]
    coders = {name: n for n, name in enumerate(c.coders)}
    modality = np.array([MODALITIES.index(s.modality) if s and s.modality else NONE for s in defaults], np.int64)
    coder = np.array([coders.get(s.coder, NONE) if s and s.coder else NONE for s in defaults], np.int64)
    count("t:modality", c.modality != modality[c.source])
    count("t:coder", c.coder != coder[c.source])
    count("t:status", c.status != STATUSES.index(Status.ACTIVE))
    count("t:repeated", c.flags & REPEATED != 0)
    count("t:earliest", c.earliest != OPEN_START)
    count("t:latest", c.latest != OPEN_END)
    count("t:code", c.codes)
    for n, extra in enumerate(EXTRAS):
        for curie in _EXTRA_PROPERTIES[extra]:
            count(curie, c.extras >> n & 1)
    return counted, of_row, int(chained.sum())


def _entities(entities: Mapping[str, Entity], datasets: Mapping[str, tuple[str, ...]]) -> dict[str, Counter[str]]:
    """Triples by class of entities and by property."""
    by_kind: dict[str, list[Entity]] = {}
    for entity in entities.values():
        by_kind.setdefault(entity.kind, []).append(entity)
    found = {}
    for kind, those in by_kind.items():
        numbers = {
            "rdf:type": len(those),
            "t:kind": len(those),
            "skos:prefLabel": len(those),
            "skos:altLabel": sum(len(e.aliases) for e in those),
            "dcterms:description": sum(e.description is not None for e in those),
            "t:of": sum(e.of is not None for e in those),
            "t:country": sum(e.country is not None for e in those),
            "t:standsFor": sum(e.stands_for is not None for e in those),
            "t:closed": sum(e.closed is not None for e in those),
            "t:member": sum(len(e.members) for e in those),
            "t:unnamedIn": sum(e.unnamed_in is not None for e in those),
            "t:code": sum(len(e.codes) for e in those),
            "t:dataset": sum(len(datasets.get(e.id, ())) for e in those),
        }
        found[vocabulary().kinds[kind].iri] = Counter({expand(curie): n for curie, n in numbers.items() if n})
    return found


@cache
def _ontology() -> tuple[Counter[str], Counter[str], int]:
    """Triples of the vocabulary by property, its instances by class, its distinct subjects."""
    graph = vocabulary().graph
    properties = Counter(str(p) for _, p, _ in graph)
    classes = Counter(str(o) for _, p, o in graph if str(p) == expand("rdf:type"))
    return properties, classes, len(set(graph.subjects()))
