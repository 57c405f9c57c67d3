"""Updates and graphs written directly: what stays must be whole, what is derived follows, and the mirror agrees."""

import io
import random
import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Dataset

from graph import KnowledgeGraph, Statement
from graph.changes import GraphDrop, GraphLoad
from graph.exceptions import (
    ChangeRefusedError,
    NotFoundError,
    QueryError,
    QueryRefusedError,
    RdfSyntaxError,
)
from graph.rdf import entity_quads, source_quads, statement_quads
from graph.validation import validate_snapshot
from ontology import PREFIXES, store_prefixes
from tests.effort import tries
from tests.graph.test_atomicity import facts, run

NEW = Statement(
    subject="norland", relation="invites", object="eva-strand", source="gazette-1", modality="asserted",
    start=400, end=420, when="2031-04",
)  # fmt: skip


def triples(quads: str) -> str:
    """N-Quads of one graph as N-Triples."""
    return "".join(f"{line.rsplit(' <', 1)[0]} .\n" for line in quads.splitlines())


def insertion(kg: KnowledgeGraph, statement: Statement, *, derived: bool = False) -> str:
    """An update that adds a statement, without what follows from it unless `derived`."""
    text = statement_quads(statement, kg.snapshot.source(statement.source), kg.iris)
    lines = [x for x in text.splitlines() if derived or not ("#earliest>" in x or "#latest>" in x)]
    return f"INSERT DATA {{ GRAPH s:{statement.source} {{ {triples(chr(10).join(lines))} }} }}"


def of(kg: KnowledgeGraph, **filters: object) -> Statement:
    found = kg.statements(**filters)
    assert found
    return found[0]


def refused(kg: KnowledgeGraph, text: str) -> dict[str, str]:
    """What is said against an update, which must have left everything as it was."""
    before, folders = facts(kg), sorted(p.name for p in (kg.path / "revisions").iterdir())
    with pytest.raises(ChangeRefusedError) as caught:
        kg.update(text)
    assert facts(kg) == before
    assert sorted(p.name for p in (kg.path / "revisions").iterdir()) == folders
    return {f.focus: f.message for f in caught.value.findings}


@pytest.mark.parametrize(
    ("text", "focus", "message"),
    [
        ("INSERT DATA { e:norland r:invites e:ada-norn }", "e:norland", "stands in the default graph"),
        ("INSERT DATA { GRAPH g:edges { e:norland r:invites e:ada-norn } }", "e:norland", "no active statement"),
        ("INSERT DATA { GRAPH <x:mine> { <x:a> <x:b> 1 } }", "x:a", "no node of this store"),
        ("CREATE GRAPH <x:mine>", "x:mine", "no graph of this store"),
        ("INSERT DATA { GRAPH g:ontology { r:invites rdfs:label 'x' } }", "g:ontology", "comes with the software"),
        ("DROP GRAPH g:ontology", "g:ontology", "comes with the software"),
        ("DROP GRAPH g:edges", "e:norland", "statements carry this edge"),
        ("INSERT DATA { GRAPH g:entities { [] t:kind 'state' } }", "g:entities", "blank nodes are not kept"),
        ("INSERT DATA { GRAPH g:entities { <x:a> t:kind 'state' } }", "x:a", "no node of this store"),
        ("INSERT DATA { GRAPH g:entities { e:new t:kind 'state' } }", "e:new", "label: Field required"),
        ("INSERT DATA { GRAPH g:entities { e:N t:kind 'state' ; skos:prefLabel 'N'@en } }", "e:N", "should match"),
        ("INSERT DATA { GRAPH g:entities { e:new t:kind 'state' ; skos:prefLabel 'New'@en } }", None, ""),
        ("INSERT DATA { GRAPH g:entities { e:new a t:Post ; t:kind 'post' ; skos:prefLabel 'N'@en ; t:of e:gone } }",
         "e:new", "of: no entity has the id 'gone'"),
        ("DELETE WHERE { GRAPH g:entities { e:norland ?p ?o } }", "e:foreign-minister-of-norland", "of: no entity"),
        ("DELETE DATA { GRAPH g:entities { e:norland a t:State } }", "e:norland", "cannot go alone: <e:norland>"),
        ("DELETE WHERE { GRAPH ?g { ?s t:latest ?day } }", "st:orsochtp4qbbakquz6h7adi7pm", "cannot go alone"),
        ("INSERT DATA { GRAPH s:new-1 { s:new-1 a t:Source } }", "s:new-1", "title: Field required"),
        ("DELETE WHERE { GRAPH s:gazette-1 { s:gazette-1 ?p ?o } }", "s:gazette-1", "still has statements"),
        ("INSERT DATA { GRAPH s:gazette-1 { st:x rdf:predicate r:invites } }", "st:x", "modal"),
        ("INSERT DATA { GRAPH s:none-1 { st:x rdf:predicate r:invites } }", "st:x", "source 'none-1' is not described"),
        ("INSERT DATA { GRAPH s:gazette-1 { e:norland r:invites e:ada } }", "e:norland", "no node of this store"),
    ],
)  # fmt: skip
def test_what_is_no_whole_statement_is_refused(kg: KnowledgeGraph, text: str, focus: str | None, message: str) -> None:
    if focus is None:  # an entity without its class: what is derived is not asked for, and added
        assert kg.update(text).entities == 1
        assert kg.sparql("ASK { e:new a t:State }").askAnswer
        return
    assert message in refused(kg, text)[focus]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("t:nonsense 'x'", "this is no part of it"),
        ("t:earliest '1999-01-01'^^xsd:date", "this is no part of it"),
        ("rdf:object e:sudland", "this is no part of it"),
        ("t:note 'one', 'two'", "this is no part of it"),
        ("t:confidence 2.0", "confidence"),
        ("t:status t:retracted", "says why"),
        ("t:about st:aaaaaaaaaaaaaaaaaaaaaaaaaa", "its content has the id"),
        ("t:correctedBy st:aaaaaaaaaaaaaaaaaaaaaaaaaa", "which does not exist"),
    ],
)
def test_a_statement_takes_nothing_that_is_no_part_of_it(kg: KnowledgeGraph, given: str, message: str) -> None:
    s = of(kg, relation="invites", modality="asserted")
    assert message in refused(kg, f"INSERT DATA {{ GRAPH s:{s.source} {{ st:{s.id} {given} }} }}")[f"st:{s.id}"]


def test_nothing_stands_below_a_statement_but_its_speakers(kg: KnowledgeGraph) -> None:
    s = of(kg, relation="invites", modality="asserted")
    for id in (s.id, "a" * 26):
        for part in ("/speaker/1", "/speaker/", "/", "/x"):
            node = kg.iris.statement(id) + part
            found = refused(kg, f"INSERT DATA {{ GRAPH s:{s.source} {{ <{node}> prov:agent e:norland }} }}")
            assert "no" in " ".join(found.values())


def test_a_statement_stands_in_one_source_only(kg: KnowledgeGraph) -> None:
    for here, there in (("gazette-1", "gazette-2"), ("gazette-2", "gazette-1")):
        named = {i for s in kg.statements() for i in (*s.statements(), s.corrected_by)}
        s = next(s for s in kg.statements(source=here) if s.id not in named and not s.note)
        stray = (
            f"INSERT DATA {{ GRAPH s:{here} {{ st:{s.id} t:note 'x' }} GRAPH s:{there} {{ st:{s.id} t:code 'a:b' }} }}"
        )
        assert f"st:{s.id}" in refused(kg, stray)
        whole = f"st:{s.id} ?p ?o"
        move = (
            f"DELETE {{ GRAPH s:{here} {{ {whole} }} }} INSERT {{ GRAPH s:{there} {{ {whole} }} }} WHERE {{ {whole} }}"
        )
        assert f"st:{s.id}" in refused(kg, move.replace("WHERE", f"USING s:{here} WHERE"))


@pytest.mark.parametrize(
    ("entity", "kind", "focus", "message"),
    [
        ("norland", "matter", "e:foreign-minister-of-norland", "'norland' is a matter"),
        ("ada-norn", "group", None, "'ada-norn' is a group; the subject of holds-post is one of person"),
    ],
)
def test_what_names_an_entity_must_fit_its_new_kind(
    kg: KnowledgeGraph, entity: str, kind: str, focus: str | None, message: str
) -> None:
    node = f"GRAPH g:entities {{ e:{entity} "
    there = f"{{ {node} a ?c ; t:kind ?k }} }}"
    text = f"DELETE {there} INSERT {{ {node} t:kind '{kind}' }} }} WHERE {there}"
    found = refused(kg, text)
    assert message in (found[focus] if focus else " ".join(found.values()))
    # Where the operator allows it the mirror leaves out what does not fit any more, and takes it back when it does.
    prefixes = "".join(f"PREFIX {p}: <{iri}>\n" for p, iri in store_prefixes(kg.iris.base).items())
    before = mirror(kg)
    kg.update(prefixes + text, raw=True)
    assert len(kg.snapshot.columns) < len(before[2])  # type: ignore[arg-type]
    back = text.replace(f"'{kind}'", f"'{before[0][entity].kind}'")  # type: ignore[index]
    kg.update(prefixes + back.replace("a ?c ; ", ""), raw=True)
    assert mirror(kg) == before


@pytest.mark.parametrize(
    ("predicate", "value", "message"), [("t:textLength", "3", "outside the text"), ("t:published", "'1901-01-01'", "")]
)
def test_statements_must_fit_their_source_when_it_changes(
    kg: KnowledgeGraph, predicate: str, value: str, message: str
) -> None:
    source = "GRAPH ?g { ?g %s %s }"
    text = (
        f"DELETE {{ {source % (predicate, '?old')} }} INSERT {{ {source % (predicate, value)} }} "
        f"WHERE {{ {source % (predicate, '?old')} }}"
    )
    if message:
        assert message in " ".join(refused(kg, text).values())
    else:
        kg.update(text)
        facts(kg)
        assert not [f for f in validate_snapshot(kg.snapshot) if f.severity == "violation"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("GRAPH s:SOURCE { st:ID prov:qualifiedAttribution 'no IRI' }", "cannot be read"),
        ("GRAPH g:entities { e:unspecified t:kind 'state' ; skos:prefLabel 'x'@en }", "no node of this store"),
    ],
)
def test_terms_that_nothing_of_ours_has_are_refused(kg: KnowledgeGraph, text: str, message: str) -> None:
    s = of(kg, relation="invites", modality="asserted")
    text = text.replace("SOURCE", s.source).replace("ID", s.id)
    assert message in " ".join(refused(kg, f"INSERT DATA {{ {text} }}").values())


def test_a_text_may_begin_as_our_iris_do(kg: KnowledgeGraph) -> None:
    text = f"'{kg.iris.base} is where it stands'"
    assert kg.update(f"INSERT DATA {{ GRAPH g:entities {{ e:ada-norn dcterms:description {text} }} }}").entities == 1
    facts(kg)


def test_an_id_that_is_not_that_of_the_content_is_told_the_right_one(kg: KnowledgeGraph) -> None:
    text = insertion(kg, NEW)
    wrong = text.replace(NEW.id, "a" * 26)
    assert f"name the node st:{NEW.id}" in refused(kg, wrong)[f"st:{'a' * 26}"]
    assert kg.update(text).added == 1


@pytest.mark.parametrize("derived", [False, True])
def test_a_statement_written_as_rdf_is_one_like_any_other(kg: KnowledgeGraph, derived: bool) -> None:
    report = kg.update(insertion(kg, NEW, derived=derived))
    assert (report.added, report.changed, report.removed, report.revision) == (1, 0, 0, 3)
    assert kg.snapshot.statement(NEW.id) == NEW
    assert kg.sparql(
        f"ASK {{ st:{NEW.id} t:earliest '2031-04-01'^^xsd:date ; t:latest '2031-04-30'^^xsd:date }}"
    ).askAnswer
    assert kg.sparql("ASK { GRAPH g:edges { e:norland r:invites e:eva-strand } }").askAnswer
    assert NEW.id in kg.ask("invites", object="eva-strand").found[0].statements
    facts(kg)
    assert not [f for f in validate_snapshot(kg.snapshot) if f.severity == "violation"]
    # The same again changes nothing, and makes no revision.
    assert kg.update(insertion(kg, NEW, derived=derived)).revision == 3


def test_every_document_type_brings_a_statement_in(kg: KnowledgeGraph) -> None:
    data = triples(statement_quads(NEW, kg.snapshot.source("gazette-1"), kg.iris))
    found = Dataset().default_graph.parse(data=data, format="nt")
    for media_type, format in (
        ("text/turtle", "turtle"),
        ("application/rdf+xml", "xml"),
        ("application/ld+json", "json-ld"),
    ):
        text = found.serialize(format=format).encode()
        report = kg.change(GraphLoad(kg.iris.source("gazette-1"), ((text, media_type),), "http://x.example/"))
        assert (report.added, report.created) == (1, False)
        assert kg.snapshot.statement(NEW.id) == NEW
        assert kg.update(f"DELETE WHERE {{ GRAPH ?g {{ st:{NEW.id} ?p ?o }} }}").removed == 1
        facts(kg)


def test_an_annotation_changes_and_the_plain_edge_follows_its_statements(kg: KnowledgeGraph) -> None:
    kg.update(insertion(kg, NEW))
    edge = "ASK { GRAPH g:edges { e:norland r:invites e:eva-strand } }"
    others = [
        s for s in kg.statements(subject="norland", relation="invites", object="eva-strand", exact=True) if s != NEW
    ]
    assert not others
    report = kg.update(
        f"INSERT DATA {{ GRAPH s:gazette-1 {{ st:{NEW.id} t:status t:retracted ; t:note 'Printed by mistake.' }} }}"
    )
    assert (report.changed, kg.snapshot.statement(NEW.id).note) == (1, "Printed by mistake.")
    assert not kg.sparql(edge).askAnswer
    kg.update(
        "DELETE { GRAPH ?g { ?s t:status ?o } } WHERE { GRAPH ?g { ?s t:note 'Printed by mistake.' ; t:status ?o } }"
    )
    assert kg.sparql(edge).askAnswer
    facts(kg)


def test_what_others_refer_to_stays_until_they_go(kg: KnowledgeGraph) -> None:
    about = next(s for s in kg.statements() if s.about)
    target = about.about
    message = refused(kg, f"DELETE WHERE {{ GRAPH ?g {{ st:{target} ?p ?o }} }}")
    assert f"refers to the statement '{target}'" in message[f"st:{about.id}"]
    holders = [s for s in kg.statements() if target in (*s.statements(), s.corrected_by)]
    both = " ; ".join(f"DELETE WHERE {{ GRAPH ?g {{ st:{id} ?p ?o }} }}" for id in {target, *(s.id for s in holders)})
    assert kg.update(both).removed == 1 + len(holders)
    facts(kg)


def test_a_chain_of_speakers_goes_with_its_statement(kg: KnowledgeGraph) -> None:
    spoken = {"attributed_to": ("ada-norn", "norland"), "modality": "claimed"}
    statement = Statement.model_validate(NEW.model_dump(exclude={"id"}) | spoken)
    kg.update(insertion(kg, statement))
    assert kg.snapshot.statement(statement.id).attributed_to == ("ada-norn", "norland")
    node = kg.iris.statement(statement.id)
    assert "its content has the id" in " ".join(
        refused(kg, f"INSERT DATA {{ GRAPH s:gazette-1 {{ <{node}/speaker/1> t:position 7 }} }}").values()
    )
    kg.update(f"DELETE WHERE {{ GRAPH ?g {{ st:{statement.id} ?p ?o }} }}")
    assert not kg.sparql(f"ASK {{ <{node}/speaker/1> ?p ?o }}").askAnswer
    facts(kg)


def test_a_source_goes_with_its_graph(kg: KnowledgeGraph) -> None:
    count = len(kg.statements(source="gazette-1"))
    with pytest.raises(ChangeRefusedError, match="which does not exist"):
        kg.change(GraphDrop(kg.iris.source("gazette-2")))  # gazette-1 speaks of what it says
    report = kg.change(GraphDrop(kg.iris.source("gazette-1")))
    assert (report.removed, report.sources, "gazette-1" in kg.snapshot.sources) == (count, 1, False)
    facts(kg)
    kg.change(GraphDrop(kg.iris.source("gazette-2")))
    assert len(kg.snapshot.columns) == 0
    with pytest.raises(NotFoundError, match="gazette-2"):
        kg.change(GraphDrop(kg.iris.source("gazette-2")))


def test_a_graph_is_replaced_as_a_whole(kg: KnowledgeGraph) -> None:
    s, graph = kg.snapshot, kg.iris.source("gazette-1")
    there = kg.statements(source="gazette-1")
    wanted = [x for x in there if not x.statements()][:2]
    text = source_quads(s.source("gazette-1"), kg.iris) + "".join(
        statement_quads(x, s.source("gazette-1"), kg.iris) for x in (*wanted, NEW)
    )
    change = GraphLoad(graph, ((triples(text).encode(), "text/turtle"),), graph, replace=True)
    report = kg.change(change)
    assert {x.id for x in kg.statements(source="gazette-1")} == {x.id for x in (*wanted, NEW)}
    assert (report.added, report.changed, report.removed) == (1, 0, len(there) - 2)
    facts(kg)
    assert kg.change(change).revision == report.revision


def test_a_new_source_comes_with_its_description(kg: KnowledgeGraph) -> None:
    source = kg.snapshot.source("gazette-1").model_copy(update={"id": "letter-1", "title": "A letter", "dataset": None})
    entity = kg.snapshot.entity("norland").model_copy(update={"id": "westland", "codes": ()})
    entity = entity.model_copy(update={"label": entity.label.model_copy(update={"text": "Westland"}), "aliases": ()})
    statement = Statement.model_validate(
        NEW.model_dump(exclude={"id"}) | {"source": "letter-1", "object": None, "parties": ["westland", "norland"],
                                           "relation": "negotiates-with", "subject": None}
    )  # fmt: skip
    quads = source_quads(source, kg.iris) + statement_quads(statement, source, kg.iris)
    added = triples(entity_quads(entity, (), kg.iris))
    text = f"INSERT DATA {{ GRAPH s:letter-1 {{ {triples(quads)} }} GRAPH g:entities {{ {added} }} }}"
    report = kg.update(text)
    assert (report.added, report.entities, report.sources) == (1, 1, 1)
    assert kg.snapshot.datasets["westland"] == ("added",)
    assert kg.statements(party="westland") == [statement]
    facts(kg)


def test_a_second_holder_of_a_post_is_refused_by_the_shapes(kg: KnowledgeGraph) -> None:
    holding = of(kg, relation="holds-post")
    other = next(e.id for e in kg.snapshot.entities.values() if e.kind == "person" and e.id != holding.subject)
    rival = Statement.model_validate(
        holding.model_dump(exclude={"id"}) | {"subject": other, "key": None, "start": 1, "end": 2}
    )
    assert "Two may hold this post" in refused(kg, insertion(kg, rival))[f"e:{holding.object}"]


@pytest.mark.parametrize(
    ("data", "media_type", "message"),
    [
        (b"<a> <b> ", "text/turtle", "line 1"),
        (b"<a:a> <a:b> <a:c> <x:other> .", "application/n-quads", "names? the graph x:other"),
        (b'{"@context": "http://127.0.0.1:1/c", "a": 1}', "application/ld+json", "remote context"),
        (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-'
         b'syntax-ns#"><rdf:Description rdf:about="a:a"><rdf:value>&e;</rdf:value></rdf:Description></rdf:RDF>',
         "application/rdf+xml", None),
        (b"\xff\xfe", "text/turtle", None),
        (b"<a:a> <a:b> <<( <a:a> <a:b> 1 )>> .", "text/turtle", "RDF 1.2"),
    ],
)  # fmt: skip
def test_data_that_do_not_parse_change_nothing(
    kg: KnowledgeGraph, data: bytes, media_type: str, message: str | None
) -> None:
    before = facts(kg)
    for replace in (False, True):
        with pytest.raises(RdfSyntaxError, match=message):
            kg.change(
                GraphLoad(kg.iris.source("gazette-1"), ((data, media_type),), "http://x.example/", replace=replace)
            )
    assert facts(kg) == before


def test_a_failing_operation_undoes_those_before_it(kg: KnowledgeGraph) -> None:
    before = facts(kg)
    for second in ("DROP GRAPH <x:none>", "LOAD <http://127.0.0.1:1/>"):
        with pytest.raises((QueryError, QueryRefusedError)):
            kg.update(f"{insertion(kg, NEW)} ; {second}")
    assert facts(kg) == before


_APPLY = """
    import resource, sys
    from graph.changes import SparqlUpdate, apply_change
    from graph.exceptions import StoreWriteError
    limit = int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        data = " ".join(f"<a:{n}> <a:b> '{'x' * 100}'." for n in range(4000))
        apply_change(Path(sys.argv[1]), "http://x.example/", SparqlUpdate(f"INSERT DATA {{ {data} }}"))
    except StoreWriteError:
        print("told")
"""


@pytest.mark.parametrize("limit", [0, 2_000, 300_000])
def test_a_full_disk_is_told_as_one_where_a_change_is_applied(kg: KnowledgeGraph, tmp_path: Path, limit: int) -> None:
    """The limit is one of a file's size: a write past it fails as on a full disk."""
    kg.snapshot.store.backup(tmp_path / "db")
    assert run("from pathlib import Path\n" + textwrap.dedent(_APPLY), "", tmp_path / "db", limit) == ["told"]


# Raw RDF


@pytest.fixture
def raw(tmp_path: Path) -> KnowledgeGraph:
    return KnowledgeGraph(tmp_path / "raw", vocabulary=False)


def test_an_empty_store_is_an_ordinary_one(raw: KnowledgeGraph) -> None:
    assert len(raw.snapshot.store) == 0
    raw.update("INSERT DATA { <a:a> <a:b> <a:c> . GRAPH <g:g> { [] <a:b> 1 } }", raw=True)
    raw.update("CREATE GRAPH <g:empty>", raw=True)
    assert raw.snapshot.store.graphs() == ["g:empty", "g:g"]
    with pytest.raises(QueryError, match=r"prefix|expected"):
        raw.update("INSERT DATA { e:a e:b e:c }", raw=True)
    raw.change(GraphLoad(None, ((b"", "text/turtle"),), "http://x.example/", replace=True), raw=True)
    assert len(raw.snapshot.store) == 1
    raw.update("DROP ALL", raw=True)
    assert (len(raw.snapshot.store), raw.snapshot.store.graphs()) == (0, [])


def test_junk_beside_statements_is_kept_and_the_mirror_leaves_it_out(kg: KnowledgeGraph) -> None:
    before = facts(kg)[1:]
    kg.update(
        "PREFIX g: <https://tertius.example/graph/> PREFIX s: <https://tertius.example/id/source/> "
        "PREFIX st: <https://tertius.example/id/statement/> PREFIX e: <https://tertius.example/id/entity/> "
        "PREFIX t: <https://tertius.example/ontology#> PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> "
        "INSERT DATA { GRAPH s:gazette-1 { st:x rdf:predicate <a:b> . _:b <a:b> 1 . s:gazette-1 <a:b> 2 } "
        "GRAPH g:entities { e:x t:kind 'nothing' } <a:a> <a:b> 'c' }",
        raw=True,
    )
    assert len(kg.statements(source="gazette-2")) > 0
    # A source with something foreign in it is no source of ours any more: its statements leave the mirror.
    assert "gazette-1" not in kg.snapshot.sources
    kg.update("DELETE DATA { GRAPH <https://tertius.example/id/source/gazette-1> { "
              "<https://tertius.example/id/source/gazette-1> <a:b> 2 } }", raw=True)  # fmt: skip
    snapshot = kg.snapshot
    assert (
        frozenset(snapshot.columns.id(r) for r in range(len(snapshot.columns))),
        frozenset(snapshot.entities),
    ) == before
    assert kg.sparql("ASK { ?s <a:b> 'c' }").askAnswer


def test_a_raw_store_whose_files_are_damaged_is_read_anew_without_what_is_not_whole(
    raw: KnowledgeGraph, norland: KnowledgeGraph
) -> None:
    raw.update(f"INSERT DATA {{ {' '.join(insertions(norland))} }}", raw=True)
    iris, told = raw.iris, of(raw, source="gazette-2").id
    prefixes = "".join(f"PREFIX {p}: <{PREFIXES[p]}> " for p in ("rdf", "t", "prov"))
    for junk in (
        f"GRAPH <{iris.source('gazette-1')}> {{ <{iris.statement('x')}> rdf:predicate <a:b> . [] rdf:predicate 1 }}",
        f"GRAPH <{iris.entities_graph}> {{ <{iris.entity('x')}> t:kind 'none' . <a:a> t:kind 'state' . [] <a:b> 1 }}",
        f"GRAPH <{iris.source('a%20b')}> {{ <a:a> <a:b> 2 }} <a:a> <a:b> 'c'",
        f"GRAPH <{iris.source('gazette-2')}> {{ <{iris.statement(told)}> <a:b> 1 }}",
        f"GRAPH <{iris.source('lone')}> {{ <{iris.source('lone')}> prov:wasDerivedFrom <{iris.source('x')}> }}",
    ):
        raw.update(f"{prefixes} INSERT DATA {{ {junk} }}", raw=True)
    assert raw.snapshot.columns.row(told) is None
    assert len(raw.statements(source="gazette-2")) > 0
    assert rebuilt(raw) == mirror(raw)


def rebuilt(kg: KnowledgeGraph) -> tuple[object, ...]:
    """The mirror of a raw store as it is read from the engine alone."""
    (kg.path / "revisions" / str(kg.snapshot.revision) / "entities.json").write_text("[")
    with KnowledgeGraph(kg.path, vocabulary=False) as again:
        assert not again.snapshot.has_vocabulary
        assert again.snapshot.datasets == kg.snapshot.datasets
        return mirror(again)


def test_a_stray_in_another_source_takes_no_statement_from_the_mirror(kg: KnowledgeGraph) -> None:
    before, s = mirror(kg), of(kg, source="gazette-1")
    node = f"<{kg.iris.statement(s.id)}>"
    kg.update(f"INSERT DATA {{ GRAPH <{kg.iris.source('gazette-2')}> {{ {node} <a:b> 1 }} }}", raw=True)
    assert mirror(kg) == before


def mirror(kg: KnowledgeGraph) -> tuple[object, ...]:
    s = kg.snapshot
    ids = sorted(s.columns.id(r) for r in range(len(s.columns)))
    return s.entities, s.sources, ids, [s.statement(i) for i in ids]


def insertions(norland: KnowledgeGraph) -> list[str]:
    """All quads of the small cast but what a new store has by itself, as insertions."""
    output = io.BytesIO()
    norland.snapshot.store.dump(output, "application/n-quads")
    lines = [
        x for x in output.getvalue().decode().splitlines() if "/graph/ontology>" not in x and "/graph/service>" not in x
    ]
    return [f"GRAPH {x[:-2].rsplit(' ', 1)[1]} {{ {x[:-2].rsplit(' ', 1)[0]} }}" for x in lines]


@settings(max_examples=tries(4), deadline=None)
@given(seed=st.integers(0, 2**32))
def test_raw_quads_come_to_the_same_mirror_in_whatever_order(
    tmp_path_factory: pytest.TempPathFactory, norland: KnowledgeGraph, seed: int
) -> None:
    quads = insertions(norland)
    chance = random.Random(seed)  # noqa: S311 - seeded, so that a run can be repeated
    order = quads[:]
    chance.shuffle(order)
    with KnowledgeGraph(tmp_path_factory.mktemp("raw") / "store", vocabulary=False) as kg:
        step = len(order) // 4 + 1
        for first in range(0, len(order), step):
            kg.update(f"INSERT DATA {{ {' '.join(order[first : first + step])} }}", raw=True)
        assert mirror(kg) == mirror(norland)
        gone = chance.sample(order, 12)
        kg.update(f"DELETE DATA {{ {' '.join(gone)} }}", raw=True)
        with KnowledgeGraph(tmp_path_factory.mktemp("raw") / "store", vocabulary=False) as other:
            other.update(f"INSERT DATA {{ {' '.join(x for x in order if x not in gone)} }}", raw=True)
            assert mirror(kg) == mirror(other) == rebuilt(kg)
        kg.update(f"INSERT DATA {{ {' '.join(gone)} }}", raw=True)
        assert mirror(kg) == mirror(norland)
