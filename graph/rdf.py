"""Our models to RDF and back: the only place that does so. Portable RDF 1.1, IRIs and no blank nodes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, NamedTuple

from graph.alike import Alike, Batch, Pattern
from graph.entities import Entity
from graph.identities import Identities, Judgement
from graph.sources import Source
from graph.statements import Statement, told_by_bounds
from graph.times import date_bounds
from ontology import BASE, PREFIXES, UNSPECIFIED, T, expand, vocabulary

_RDF, _RDFS, _SKOS = PREFIXES["rdf"], PREFIXES["rdfs"], PREFIXES["skos"]
_DCTERMS, _PROV, _XSD, _R = PREFIXES["dcterms"], PREFIXES["prov"], PREFIXES["xsd"], PREFIXES["r"]
_T = PREFIXES["t"]


class Property(NamedTuple):
    """One triple seen from its subject: predicate IRI, the object's IRI or lexical form, its language."""

    predicate: str
    value: str
    lang: str | None = None


@dataclass(frozen=True)
class Iris:
    """The IRIs of a store, all under its base."""

    base: str = BASE

    def entity(self, id: str) -> str:
        """IRI of an entity; t:unspecified for the reserved id."""
        return str(T.unspecified) if id == UNSPECIFIED else f"{self.base}id/entity/{id}"

    def statement(self, id: str) -> str:
        """IRI of a statement."""
        return f"{self.base}id/statement/{id}"

    def source(self, id: str) -> str:
        """IRI of a source, which is also its named graph."""
        return f"{self.base}id/source/{id}"

    def judgement(self, number: int | str) -> str:
        """IRI of a judgement of who is whom."""
        return f"{self.base}id/judgement/{number}"

    @property
    def entities_graph(self) -> str:
        """The named graph of the entities."""
        return f"{self.base}graph/entities"

    @property
    def identities_graph(self) -> str:
        """The named graph of the judgements of who is whom."""
        return f"{self.base}graph/identities"

    @property
    def edges_graph(self) -> str:
        """The derived named graph of the plain edges."""
        return f"{self.base}graph/edges"

    @property
    def ontology_graph(self) -> str:
        """The named graph with a copy of the vocabulary."""
        return f"{self.base}graph/ontology"

    @property
    def service_graph(self) -> str:
        """The derived named graph that describes the others and holds the example queries."""
        return f"{self.base}graph/service"

    @property
    def dataset(self) -> str:
        """The whole of the store, as its description names it."""
        return f"{self.base}void#dataset"

    def example(self, name: str) -> str:
        """IRI of an example query."""
        return f"{self.base}examples#{name}"

    def id(self, iri: str) -> str:
        """The id at the end of one of these IRIs."""
        return UNSPECIFIED if iri == str(T.unspecified) else iri.rsplit("/", 1)[-1]

    def is_statement(self, iri: str) -> bool:
        """Whether the IRI is a statement's."""
        return iri.startswith(f"{self.base}id/statement/")


# N-Quads text is what every engine loads, and writing it is faster than building terms one by one.

_ESCAPES = {i: f"\\u{i:04X}" for i in [*range(0x20), 0x7F]} | str.maketrans(
    {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
)


def _iri(iri: str) -> str:
    return f"<{iri}>"


def _text(value: str, lang: str | None = None) -> str:
    if lang is None and value.isalnum():
        return f'"{value}"'
    quoted = f'"{value.translate(_ESCAPES)}"'
    return f"{quoted}@{lang}" if lang else quoted


def _typed(value: object, datatype: str) -> str:
    return f'"{value}"^^<{_XSD}{datatype}>'


def _decimal(value: float) -> str:
    text = format(Decimal(repr(value)).normalize(), "f")
    return _typed(text, "decimal")


def _end(graph: str | None) -> str:
    """How a line ends that stands in the graph; without one it is a triple."""
    return " .\n" if graph is None else f" <{graph}> .\n"


class _Block:
    """The quads of one subject in one graph, its triples where none is named."""

    def __init__(self, subject: str, graph: str | None) -> None:
        self._head, self._tail = f"<{subject}> <", _end(graph)
        self._pairs: list[str] = []

    def add(self, predicate: str, term: str | None) -> None:
        if term is not None:
            self._pairs.append(f"{predicate}> {term}")

    def text(self, predicate: str, value: str | None, lang: str | None = None) -> None:
        if value is not None:
            self.add(predicate, _text(value, lang))

    def __str__(self) -> str:
        return f"{self._head}{(self._tail + self._head).join(self._pairs)}{self._tail}" if self._pairs else ""


class Triples:
    """Triples of our own making, as lines of N-Triples: none twice, in the order in which they came.

    Predicates are CURIEs of ontology.PREFIXES.
    """

    def __init__(self, lines: Iterable[str] = ()) -> None:
        self.lines = dict.fromkeys(lines)

    def link(self, subject: str, predicate: str, *objects: str) -> None:
        """Adds triples whose objects are IRIs."""
        for o in objects:
            self._add(subject, predicate, _iri(o))

    def text(self, subject: str, predicate: str, value: str | None, lang: str | None = None) -> None:
        """Adds a literal, with its language where it has one; nothing where there is no value."""
        if value is not None:
            self._add(subject, predicate, _text(value, lang))

    def typed(self, subject: str, predicate: str, value: object, datatype: str = "integer") -> None:
        """Adds a literal of a datatype of XML Schema."""
        self._add(subject, predicate, _typed(value, datatype))

    def _add(self, subject: str, predicate: str, term: str) -> None:
        self.lines[f"<{subject}> <{expand(predicate)}> {term} ."] = None

    def __str__(self) -> str:
        return "".join(f"{line}\n" for line in self.lines)


def entity_quads(entity: Entity, datasets: Iterable[str], iris: Iris) -> str:
    """The entity as N-Quads in the entities' graph, with the data sets that define it."""
    b = _Block(iris.entity(entity.id), iris.entities_graph)
    b.add(f"{_RDF}type", _iri(vocabulary().kinds[entity.kind].iri))
    b.text(f"{_T}kind", entity.kind)
    b.text(f"{_SKOS}prefLabel", entity.label.text, entity.label.lang)
    for alias in entity.aliases:
        b.text(f"{_SKOS}altLabel", alias.text, alias.lang)
    b.text(f"{_DCTERMS}description", entity.description)
    for predicate, id in (("of", entity.of), ("country", entity.country), ("standsFor", entity.stands_for)):
        b.add(_T + predicate, _iri(iris.entity(id)) if id else None)
    if entity.closed is not None:
        b.add(f"{_T}closed", _typed(str(entity.closed).lower(), "boolean"))
    for member in entity.members:
        b.add(f"{_T}member", _iri(iris.entity(member)))
    if entity.unnamed_in:
        b.add(f"{_T}unnamedIn", _iri(iris.source(entity.unnamed_in)))
    for code in entity.codes:
        b.text(f"{_T}code", code)
    for dataset in sorted(datasets):
        b.text(f"{_T}dataset", dataset)
    return str(b)


def source_quads(source: Source, iris: Iris) -> str:
    """The source's description as N-Quads in its own named graph."""
    b = _Block(iris.source(source.id), iris.source(source.id))
    b.add(f"{_RDF}type", _iri(f"{_T}Source"))
    for predicate, value in (
        (f"{_DCTERMS}title", source.title),
        (f"{_T}sourceKind", source.kind),
        (f"{_DCTERMS}publisher", source.publisher),
        (f"{_T}published", source.published),
        (f"{_T}retrieved", source.retrieved),
        (f"{_DCTERMS}temporal", source.covers),
        (f"{_DCTERMS}language", source.language),
        (f"{_DCTERMS}license", source.licence),
        (f"{_T}sha256", source.sha256),
        (f"{_T}fileName", source.file),
        (f"{_T}note", source.note),
        (f"{_T}dataset", source.dataset),
        (f"{_T}coder", source.coder),
    ):
        b.text(predicate, value)
    if source.length is not None:
        b.add(f"{_T}textLength", _typed(source.length, "integer"))
    if source.derived_from:
        b.add(f"{_PROV}wasDerivedFrom", _iri(iris.source(source.derived_from)))
    if source.modality:
        b.add(f"{_T}modality", _iri(_T + source.modality))
    return str(b)


# Fields of a statement that are text or numbers, by predicate.
_TEXT_FIELDS = {
    f"{_T}subjectAs": "subject_as",
    f"{_T}objectAs": "object_as",
    f"{_T}whenText": "when_text",
    f"{_T}note": "note",
    f"{_T}key": "key",
}
_PLACED_TEXT_FIELDS = {f"{_T}record": "record", f"{_T}when": "when"}
_NUMBER_FIELDS = {f"{_T}start": "start", f"{_T}end": "end", f"{_T}row": "row"}
_NODE = "\0"
"""Stands for the statement in quads that many have in common; no IRI and no literal holds it as it is."""
_PATTERNS = 1 << 15
"""Patterns whose quads are kept: some 40 MB."""


def statement_quads(statement: Statement, source: Source, iris: Iris) -> str:
    """The statement as N-Quads in its source's named graph; what the source says for all is left to it."""
    s, node, graph = statement, iris.statement(statement.id), iris.source(statement.source)
    dates = _date_quads(node, graph, s.when, s.when_text, source.published, by_record=s.record is not None)
    return f"{_common_quads(s, source, iris, node, graph)}{dates}{_own_quads(node, graph, s, iris)}"


class BatchTriples:
    """Writes batches of statements as the N-Triples of their source's graph: what `statement_quads` writes, unnamed."""

    def __init__(self, sources: Mapping[str, Source], iris: Iris) -> None:
        self._sources, self._iris = sources, iris
        self._common = lru_cache(_PATTERNS)(self._common_of)
        self._dates = lru_cache(_PATTERNS)(self._dates_of)

    def __call__(self, batch: Batch) -> str:
        """The triples of all of them."""
        common, dates, iris = self._common, self._dates, self._iris
        triples: list[str] = []
        for id, one in zip(batch.ids(), batch, strict=True):
            s, node = one.pattern.statement, iris.statement(id)
            shared = f"{common(one.pattern)}{dates(s.source, one.when, s.when_text, one.record is not None)}"
            triples += (shared.replace(_NODE, node), _own_quads(node, None, one, iris))
        return "".join(triples)

    def _common_of(self, pattern: Pattern) -> str:
        s = pattern.statement
        return _common_quads(s, self._sources[s.source], self._iris, _NODE, None)

    def _dates_of(self, source: str, when: str | None, when_text: str | None, by_record: bool) -> str:
        return _date_quads(_NODE, None, when, when_text, self._sources[source].published, by_record=by_record)


def _common_quads(s: Statement, source: Source, iris: Iris, node: str, graph: str | None) -> str:
    """The quads that tell of nothing that is a statement's own."""
    v = vocabulary()
    b = _Block(node, graph)
    b.add(f"{_RDF}predicate", _iri(_R + s.relation))
    if s.about:
        b.add(f"{_T}about", _iri(iris.statement(s.about)))
    for party in s.parties:
        b.add(f"{_T}party", _iri(iris.entity(party)))
    for role in s.roles:
        b.add(v.roles[role.role].iri, _iri(iris.entity(role.entity)))
    if s.topic:
        b.add(f"{_T}topic", _iri(iris.entity(s.topic)))
    if s.place:
        b.add(f"{_T}place", _iri(iris.entity(s.place)))
    for predicate, field in _TEXT_FIELDS.items():
        b.text(predicate, getattr(s, field))
    if s.start is not None and s.end is not None:
        b.add(f"{_T}start", _typed(s.start, "integer"))
        b.add(f"{_T}end", _typed(s.end, "integer"))
    for speaker in dict.fromkeys(s.attributed_to):
        b.add(f"{_T}attributedTo", _iri(iris.entity(speaker)))
    if s.modality != source.modality:
        b.add(f"{_T}modality", _iri(_T + s.modality))
    if s.repeated:
        b.add(f"{_T}repeated", _typed("true", "boolean"))
    if s.event:
        b.text(f"{_T}event", s.event.id)
        b.text(f"{_T}eventCoder", s.event.coder)
        if s.event.confidence is not None:
            b.add(f"{_T}eventConfidence", _decimal(s.event.confidence))
    if s.status != "active":
        b.add(f"{_T}status", _iri(_T + s.status))
    if s.corrected_by:
        b.add(f"{_T}correctedBy", _iri(iris.statement(s.corrected_by)))
    for code in s.codes:
        b.text(f"{_T}code", code)
    if s.coder != source.coder:
        b.text(f"{_T}coder", s.coder)
    if s.confidence is not None:
        b.add(f"{_T}confidence", _decimal(s.confidence))
    links = []
    if len(s.attributed_to) > 1:
        # The order of a chain of speakers, without lists, which need blank nodes and paths.
        b.add(f"{_T}voice", _iri(iris.entity(s.attributed_to[0])))
        for position, speaker in enumerate(s.attributed_to, 1):
            link = _Block(f"{node}/speaker/{position}", graph)
            b.add(f"{_PROV}qualifiedAttribution", _iri(f"{node}/speaker/{position}"))
            link.add(f"{_PROV}agent", _iri(iris.entity(speaker)))
            link.add(f"{_T}position", _typed(position, "integer"))
            links.append(str(link))
    return "".join([str(b), *links])


def _own_quads(node: str, graph: str | None, s: Statement | Alike, iris: Iris) -> str:
    """Who does it to whom, where that is told and on which row: written at once, since a release has millions."""
    head, tail, quads = f"<{node}> <", _end(graph), ""
    if s.subject is not None:
        subject = iris.entity(s.subject) if isinstance(s.subject, str) else iris.statement(s.subject.statement)
        quads = f"{head}{_RDF}subject> <{subject}>{tail}"
    if s.object is not None:
        quads += f"{head}{_RDF}object> <{iris.entity(s.object)}>{tail}"
    if s.record is not None:
        quads += f"{head}{_T}record> {_text(s.record)}{tail}"
    if s.row is not None:
        quads += f'{head}{_T}row> "{s.row}"^^<{_XSD}integer>{tail}'
    return quads


def _date_quads(
    node: str, graph: str | None, when: str | None, when_text: str | None, published: str | None, *, by_record: bool
) -> str:
    b = _Block(node, graph)
    if not (by_record and told_by_bounds(when, when_text)):
        b.text(f"{_T}when", when)
    for name, day in zip(("earliest", "latest"), date_bounds(when, when_text, published), strict=True):
        if day is not None:
            b.add(_T + name, _typed(day.isoformat(), "date"))
    return str(b)


def event_quad(statement: str, source: str, event: str, iris: Iris) -> str:
    """That a statement tells of an event, as N-Quads."""
    return f"<{iris.statement(statement)}> <{_T}event> {_text(event)} <{iris.source(source)}> .\n"


def edge_quad(subject: str, relation: str, object: str, iris: Iris) -> str:
    """One plain edge as N-Quads."""
    return f"<{iris.entity(subject)}> <{_R}{relation}> <{iris.entity(object)}> <{iris.edges_graph}> .\n"


def identity_triples(identities: Identities, iris: Iris) -> Triples:
    """All judgements of who is whom, and who is merged into whom because of those that stand."""
    found = Triples()
    for j in identities.judgements:
        node = iris.judgement(j.number)
        found.link(node, "rdf:type", f"{_T}Judgement")
        if j.entity and j.read_as:
            found.link(node, "t:judges", iris.entity(j.entity))
            found.link(node, "t:readAs", iris.entity(j.read_as))
        found.link(node, "t:within", *map(iris.statement, j.statements))
        if j.withdraws:
            found.link(node, "t:withdraws", iris.judgement(j.withdraws))
        found.text(node, "t:coder", j.by)
        found.text(node, "dcterms:description", j.why)
        found.typed(node, "prov:generatedAtTime", j.at.astimezone(UTC).isoformat().replace("+00:00", "Z"), "dateTime")
    for id, other in identities.merged.items():
        found.link(iris.entity(id), "t:mergedInto", iris.entity(other))
    return found


def judgement_from(node: str, properties: Iterable[Property], iris: Iris) -> Judgement:
    """The judgement that these properties describe. Raises ValueError."""
    fields: dict[str, Any] = {"number": iris.id(node)}
    statements = []
    for p in properties:
        match p.predicate.removeprefix(_T):
            case "judges":
                fields["entity"] = iris.id(p.value)
            case "readAs":
                fields["read_as"] = iris.id(p.value)
            case "within":
                statements.append(iris.id(p.value))
            case "withdraws":
                fields["withdraws"] = iris.id(p.value)
            case "coder":
                fields["by"] = p.value
            case _ if p.predicate == f"{_DCTERMS}description":
                fields["why"] = p.value
            case _ if p.predicate == f"{_PROV}generatedAtTime":
                fields["at"] = p.value
    return Judgement.model_validate(fields | {"statements": statements})


def entity_from(id: str, properties: Iterable[Property], iris: Iris) -> tuple[Entity, tuple[str, ...]]:
    """The entity that these properties describe, and the data sets that define it."""
    fields: dict[str, Any] = {"id": id}
    aliases: list[dict[str, str]] = []
    members: list[str] = []
    codes: list[str] = []
    datasets: list[str] = []
    for p in properties:
        match p.predicate.removeprefix(_T):
            case "kind":
                fields["kind"] = p.value
            case "of":
                fields["of"] = iris.id(p.value)
            case "country":
                fields["country"] = iris.id(p.value)
            case "standsFor":
                fields["stands_for"] = iris.id(p.value)
            case "unnamedIn":
                fields["unnamed_in"] = iris.id(p.value)
            case "closed":
                fields["closed"] = p.value in ("true", "1")
            case "member":
                members.append(iris.id(p.value))
            case "code":
                codes.append(p.value)
            case "dataset":
                datasets.append(p.value)
            case _ if p.predicate == f"{_SKOS}prefLabel":
                fields["label"] = {"text": p.value, "lang": p.lang}
            case _ if p.predicate == f"{_SKOS}altLabel":
                aliases.append({"text": p.value, "lang": p.lang or "en"})
            case _ if p.predicate == f"{_DCTERMS}description":
                fields["description"] = p.value
    aliases.sort(key=lambda a: (a["text"], a["lang"]))
    entity = Entity.model_validate(fields | {"aliases": aliases, "members": members, "codes": codes})
    return entity, tuple(sorted(datasets))


SOURCE_FIELDS = {
    f"{_DCTERMS}title": "title",
    f"{_T}sourceKind": "kind",
    f"{_DCTERMS}publisher": "publisher",
    f"{_T}published": "published",
    f"{_T}retrieved": "retrieved",
    f"{_DCTERMS}temporal": "covers",
    f"{_DCTERMS}language": "language",
    f"{_DCTERMS}license": "licence",
    f"{_T}sha256": "sha256",
    f"{_T}fileName": "file",
    f"{_T}note": "note",
    f"{_T}dataset": "dataset",
    f"{_T}coder": "coder",
}


def source_from(id: str, properties: Iterable[Property], iris: Iris) -> Source:
    """The source that these properties describe."""
    fields: dict[str, Any] = {"id": id}
    for p in properties:
        if p.predicate in SOURCE_FIELDS:
            fields[SOURCE_FIELDS[p.predicate]] = p.value
        elif p.predicate == f"{_T}textLength":
            fields["length"] = int(p.value)
        elif p.predicate == f"{_PROV}wasDerivedFrom":
            fields["derived_from"] = iris.id(p.value)
        elif p.predicate == f"{_T}modality":
            fields["modality"] = p.value.removeprefix(_T)
    return Source.model_validate(fields)


@cache
def _roles() -> Mapping[str, str]:
    return {role.iri: role.id for role in vocabulary().roles.values()}


def statement_from(
    properties: Iterable[Property], source: Source, speakers: Mapping[int, str], iris: Iris
) -> Statement:
    """The statement that these properties describe; `speakers` by position where the chain has two or more."""
    fields: dict[str, Any] = {"source": source.id, "modality": source.modality, "coder": source.coder or "curated"}
    event: dict[str, Any] = {}
    days: list[str] = []
    lists: dict[str, list[Any]] = {"parties": [], "roles": [], "codes": [], "attributed_to": []}
    roles = _roles()
    for predicate, value, _ in properties:
        name = predicate.removeprefix(_T)
        if field := _TEXT_FIELDS.get(predicate) or _PLACED_TEXT_FIELDS.get(predicate):
            fields[field] = value
        elif predicate in _NUMBER_FIELDS:
            fields[_NUMBER_FIELDS[predicate]] = int(value)
        elif predicate in roles:
            lists["roles"].append({"role": roles[predicate], "entity": iris.id(value)})
        elif predicate == f"{_RDF}subject":
            fields["subject"] = {"statement": iris.id(value)} if iris.is_statement(value) else iris.id(value)
        elif predicate == f"{_RDF}predicate":
            fields["relation"] = value.removeprefix(_R)
        elif predicate == f"{_RDF}object":
            fields["object"] = iris.id(value)
        else:
            match name:
                case "about" | "topic" | "place":
                    fields[name] = iris.id(value)
                case "party":
                    lists["parties"].append(iris.id(value))
                case "code":
                    lists["codes"].append(value)
                case "coder":
                    fields["coder"] = value
                case "attributedTo":
                    lists["attributed_to"].append(iris.id(value))
                case "modality" | "status":
                    fields[name] = value.removeprefix(_T)
                case "repeated":
                    fields["repeated"] = value in ("true", "1")
                case "confidence":
                    fields["confidence"] = float(value)
                case "correctedBy":
                    fields["corrected_by"] = iris.id(value)
                case "earliest" | "latest":
                    days.append(value)
                case "event":
                    event["id"] = value
                case "eventCoder":
                    event["coder"] = value
                case "eventConfidence":
                    event["confidence"] = float(value)
    if speakers:
        lists["attributed_to"] = [speakers[i] for i in sorted(speakers)]
    if "record" in fields and "when" not in fields and "when_text" not in fields and len(set(days)) == 1 < len(days):
        fields["when"] = days[0]
    return Statement.model_validate(fields | lists | {"event": event or None})


def chunks(lines: Iterable[str], size: int = 1 << 20) -> Iterator[bytes]:
    """The text as UTF-8 in pieces of about `size` characters."""
    piece: list[str] = []
    length = 0
    for line in lines:
        piece.append(line)
        length += len(line)
        if length >= size:
            yield "".join(piece).encode()
            piece, length = [], 0
    if piece:
        yield "".join(piece).encode()
