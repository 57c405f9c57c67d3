"""SPARQL updates taken apart: operations, datasets, and that no touched place is missed."""

from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.changes import SparqlUpdate, Touched
from graph.exceptions import ParameterError, QueryError, QueryRefusedError, QuerySyntaxError
from graph.stores import EmbeddedStore
from graph.stores.embedded import places_of_data
from graph.updates import graphs_named, split, template, variable, with_dataset
from tests.effort import tries

BASE = "https://tertius.example/"
read = partial(places_of_data, base=None)


@pytest.mark.parametrize(
    ("text", "keywords"),
    [
        ("", []),
        ("# only a comment", []),
        ("PREFIX x: <x:y>", []),
        ("INSERT DATA { <a:a> <a:b> 1 }", ["INSERT DATA"]),
        ("insert data { <a:a> <a:b> ';' } ; # ;\n delete where { ?s ?p '}' };", ["INSERT DATA", "DELETE WHERE"]),
        ("# DELETE {\nDELETE DATA { <a:a> <a:b> '''a}\n;''' }", ["DELETE DATA"]),
        ("WITH <g:g> DELETE { ?s ?p ?o } INSERT { ?s ?p ';' } WHERE { ?s ?p ?o }", ["DELETE"]),
        ("WITH <g:;> INSERT { ?s ?p <a:;> } WHERE { ?s ?p ?o }", ["INSERT"]),
        ("DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", ["DELETE"]),
        ("PREFIX delete: <a:a> INSERT DATA { delete:where delete:data 1 }", ["INSERT DATA"]),
        ("LOAD SILENT <a:a> INTO GRAPH <g:g>; CLEAR ALL; COPY DEFAULT TO <g:g>", ["LOAD", "CLEAR", "COPY"]),
    ],
)
def test_an_update_is_split_at_its_own_semicolons_alone(text: str, keywords: list[str]) -> None:
    assert [o.keyword for o in split(text)] == keywords


@pytest.mark.parametrize("text", ["INSERT DATA { <a:a> <a:b> 1", "} INSERT DATA {", "DELETE WHERE { { ?s ?p ?o }"])
def test_braces_that_do_not_match_are_told(text: str) -> None:
    with pytest.raises(QuerySyntaxError, match="brace"):
        split(text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("CLEAR ALL ;; CLEAR ALL", "1:12"),
        ("CLEAR ALL ;\n # nothing\n ; ", "3:2"),
        ("; CLEAR ALL", "1:1"),
        ("PREFIX a: <a:a> ; CLEAR ALL", "1:17"),
    ],
)
def test_a_semicolon_without_an_operation_is_told(text: str, place: str) -> None:
    with pytest.raises(QuerySyntaxError, match=f"at {place}: .*semicolon"):
        split(text)


def test_an_operation_keeps_the_prologues_before_it() -> None:
    first, second = split("PREFIX a: <a:a> INSERT DATA { a:x a:y 1 } ; PREFIX b: <b:b> DELETE DATA { a:x b:y 1 }")
    assert "b:b" not in first.update
    assert "<a:a>" in second.update
    assert "<b:b>" in second.update
    assert "INSERT DATA { a:x b:y 1 }" in second.as_insertion


def test_the_protocols_dataset_becomes_using_clauses() -> None:
    (o,) = with_dataset(split("DELETE WHERE { ?s ?p ?o }"), ["g:a"], ["g:b"])
    assert " ".join(o.text.split()) == "DELETE { ?s ?p ?o } USING <g:a> USING NAMED <g:b> WHERE { ?s ?p ?o }"
    (o,) = with_dataset(split("INSERT DATA { <a:a> <a:b> 1 }"), ["g:a"], [])
    assert "USING" not in o.text


@pytest.mark.parametrize("clause", ["USING <g:c>", "USING NAMED <g:c>"])
def test_a_dataset_given_twice_is_an_error(clause: str) -> None:
    text = f"INSERT {{ ?s ?p ?o }} {clause} WHERE {{ ?s ?p ?o }}"
    with pytest.raises(ParameterError, match="USING or WITH"):
        with_dataset(split(text), ["g:a"], [])
    with pytest.raises(ParameterError, match="USING or WITH"):
        with_dataset(split(f"INSERT DATA {{ <a:a> <a:b> 1 }}; WITH <g:g> {text}"), [], ["g:a"])


@pytest.mark.parametrize("iri", ["relative", "a:b> WHERE {} ; DROP ALL ; #", "a:b c", ""])
def test_only_absolute_iris_name_graphs(iri: str) -> None:
    with pytest.raises(ParameterError, match="absolute IRI"):
        with_dataset(split("DELETE WHERE { ?s ?p ?o }"), [iri], [])


def test_a_template_tells_graphs_subjects_and_dataset() -> None:
    (o,) = split(
        "WITH <g:g> DELETE { ?s ?p ?o } INSERT { GRAPH ?h { <a:a> ?p 1 } } USING NAMED <g:n> WHERE { ?s ?p ?h }"
    )
    found = template(o, read)
    assert {(variable(g) or g, variable(s) or s) for g, s in found.places} == {("g:g", "s"), ("h", "a:a")}
    assert (found.given, found.variables) == ("g:g", ["h", "s"])
    assert "FROM NAMED <g:n>" in o.select()


@pytest.mark.parametrize(
    ("text", "graphs"),
    [
        ("CLEAR DEFAULT", [None]), ("DROP SILENT GRAPH <g:g>", ["g:g"]), ("CLEAR NAMED", None), ("DROP ALL", None),
        ("COPY <g:a> TO DEFAULT", ["g:a", None]), ("ADD GRAPH <g:a> TO <g:b>", ["g:a", "g:b"]),
        (r"PREFIX g: <g:> MOVE g:a\-b TO <g:\u0063>", ["g:a-b", "g:c"]),
        ("MOVE DEFAULT TO <g:a>", [None, "g:a"]), ("COPY <g:a> TO <g:a> # DEFAULT", ["g:a", "g:a"]),
    ],
)  # fmt: skip
def test_operations_on_graphs_tell_which(text: str, graphs: list[str | None] | None) -> None:
    (o,) = split(text)
    assert graphs_named(o, read) == graphs


# Against the engine itself

GRAPHS = ["", "g:a", "g:b", "g:c"]
NODES = [f"a:n{i}" for i in range(4)]
TERMS = st.sampled_from([*(f"<{n}>" for n in NODES), "1", "'text; }'", "'x'@en"])
IRIS = st.sampled_from([f"<{n}>" for n in NODES])
IN_GRAPH = st.sampled_from(GRAPHS).map(lambda g: f"GRAPH <{g}> {{ %s }}" if g else "%s")


@st.composite
def triples(draw: st.DrawFn, subject: st.SearchStrategy[str] = IRIS, object: st.SearchStrategy[str] = TERMS) -> str:
    found = [f"{draw(subject)} {draw(IRIS)} {draw(object)} ." for _ in range(draw(st.integers(1, 3)))]
    return draw(IN_GRAPH) % " ".join(found)


PATTERN = st.sampled_from([
    "?s ?p ?o", "GRAPH ?g { ?s ?p ?o }", "?s ?p ?o . BIND(IRI(CONCAT('a:new', STR(?o))) AS ?n)",
    "GRAPH ?g { ?s ?p ?o } FILTER(RAND() < 0.5)", "BIND(UUID() AS ?n) { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } }",
    "VALUES ?s { <a:n1> 1 } ?s ?p ?o", "",
])  # fmt: skip
PLACE = st.sampled_from(["?s", "?n", "?o", "<a:n2>"])
TEMPLATE = st.tuples(PLACE, st.sampled_from(["%s", "GRAPH ?g { %s }", "GRAPH <g:b> { %s }"])).map(
    lambda pair: pair[1] % f"{pair[0]} <a:p> ?o"
)
USING = st.sampled_from(["", "USING <g:a>", "USING NAMED <g:a>", "USING <g:a> USING NAMED <g:b>"])
WITH = st.sampled_from(["", "WITH <g:a> ", "WITH <g:c> "])
TARGET = st.sampled_from(["DEFAULT", "<g:a>", "<g:b>"])
OPERATION = st.one_of(
    triples().map(lambda t: f"INSERT DATA {{ {t} }}"),
    triples(st.sampled_from(["_:b", "[]"])).map(lambda t: f"INSERT DATA {{ {t} }}"),
    triples().map(lambda t: f"DELETE DATA {{ {t} }}"),
    triples(st.just("?s"), st.just("?o")).map(lambda t: f"DELETE WHERE {{ {t} }}"),
    st.tuples(WITH, TEMPLATE, TEMPLATE, USING, PATTERN).map(
        lambda t: f"{t[0]}DELETE {{ {t[1]} }} INSERT {{ {t[2]} }} {t[3]} WHERE {{ {t[4]} }}"
    ),
    st.tuples(TEMPLATE, PATTERN).map(lambda t: f"INSERT {{ {t[0]} . _:b <a:p> ?o }} WHERE {{ {t[1]} }}"),
    st.sampled_from(["CLEAR", "DROP"]).flatmap(
        lambda word: st.sampled_from(["ALL", "NAMED", "DEFAULT", "GRAPH <g:a>"]).map(lambda g: f"{word} SILENT {g}")
    ),
    st.tuples(st.sampled_from(["COPY", "MOVE", "ADD"]), TARGET, TARGET).map(
        lambda t: f"{t[0]} SILENT {t[1]} TO {t[2]}"
    ),
)  # fmt: skip


Pair = tuple[EmbeddedStore, EmbeddedStore]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    folder = tmp_path_factory.mktemp("updates")
    before, after = (EmbeddedStore(folder / name, BASE, writable=True) for name in ("before", "after"))
    return before, after


def missed(before: EmbeddedStore, after: EmbeddedStore, touched: Touched) -> set[str]:
    """Quads that differ where nothing was touched."""
    if touched.everything:
        return set()
    lines = {str(q): q for store in (before, after) for q in store.engine}
    changed = {str(q) for q in before.engine} ^ {str(q) for q in after.engine}
    found = set()
    for line in changed:
        quad = lines[line]
        graph = getattr(quad.graph_name, "value", None) if str(quad.graph_name) != "DEFAULT" else None
        subject = "_:" if str(quad.subject).startswith("_:") else str(quad.subject)[1:-1]
        if graph not in touched.graphs and (graph, subject) not in touched.places:
            found.add(line)
    return found


@settings(max_examples=tries(150), deadline=None)
@given(setup=st.lists(triples(), max_size=4), operations=st.lists(OPERATION, min_size=1, max_size=3))
def test_what_an_update_changes_is_told_as_touched(pair: Pair, setup: list[str], operations: list[str]) -> None:
    before, after = pair
    for store in pair:
        store.engine.clear()
        for t in setup:
            store.update(f"INSERT DATA {{ {t} }}", None)
    text = " ;\n".join(operations)
    try:
        touched = SparqlUpdate(text).apply(after, {})
    except QueryError:
        return
    assert missed(before, after, touched) == set(), text
    # What does not draw lots comes out as the engine makes it of the whole text.
    if "RAND" not in text and "UUID" not in text and "[]" not in text and "_:" not in text:
        before.update(text, None)
        assert {str(q) for q in before.engine} == {str(q) for q in after.engine}, text


def test_load_and_service_leave_nothing(tmp_path: Path) -> None:
    store = EmbeddedStore(tmp_path / "db", BASE, writable=True)
    for text in ("LOAD <http://127.0.0.1:1/>", "INSERT DATA { <a:a> <a:b> 1 } ; LOAD <file:///etc/hostname>"):
        with pytest.raises(QueryRefusedError, match="LOAD is not allowed"):
            SparqlUpdate(text).apply(store, {})
    with pytest.raises(QueryRefusedError, match="SERVICE"):
        SparqlUpdate("INSERT { ?s ?p ?o } WHERE { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }").apply(store, {})
    assert SparqlUpdate("LOAD SILENT <file:///etc/hostname>").apply(store, {}) == Touched()
    assert len(store) == 0


def test_a_syntax_error_is_told_by_line_and_column_of_the_whole_text(tmp_path: Path) -> None:
    store = EmbeddedStore(tmp_path / "db", BASE, writable=True)
    with pytest.raises(QuerySyntaxError, match="at 2:"):
        SparqlUpdate("INSERT DATA { <a:a> <a:b> 1 } ;\nINSERT DATA { <a:a> <a:b> }").apply(store, {})
    with pytest.raises(QuerySyntaxError, match="at 2:46: expected"):
        SparqlUpdate("PREFIX a: <a:a>\nDELETE WHERE { ?s ?p ?o };INSERT DATA { a:a }").apply(store, {"b": "b:b"})
    with pytest.raises(QuerySyntaxError, match="blank node"):
        SparqlUpdate("INSERT DATA { _:a <a:b> 1 } ; INSERT DATA { _:a <a:b> 2 }").apply(store, {})
    assert len(store) == 0


def test_a_prologue_may_stand_before_every_operation(tmp_path: Path) -> None:
    store = EmbeddedStore(tmp_path / "db", BASE, writable=True)
    text = (
        "PREFIX a: <a:> INSERT DATA { a:a a:b 1 } ; PREFIX a: <b:> BASE <http://c.example/> INSERT DATA { a:a a:b <d> }"
    )
    SparqlUpdate(text).apply(store, {})
    assert {str(q) for q in store.engine} == {
        '<a:a> <a:b> "1"^^<http://www.w3.org/2001/XMLSchema#integer>', "<b:a> <b:b> <http://c.example/d>",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("INSERT DATA { _:a <a:b> 1 } ; INSERT DATA { _:b <a:b> 2 }", True),
        ("INSERT { _:a <a:b> ?x } WHERE { ?s ?p ?x } ; INSERT { _:a <a:c> ?x } WHERE { ?s ?p ?x }", True),
        ("INSERT { ?s <a:b> 1 } WHERE { ?s ?p _:a } ; INSERT { ?s <a:c> 1 } WHERE { ?s ?p _:a }", False),
        ("INSERT DATA { _:a <a:b> 1 } ; INSERT DATA { GRAPH <g:g> { _:a <a:b> '_:b' } }", False),
    ],
)
def test_a_label_of_a_blank_node_belongs_to_one_operation(tmp_path: Path, text: str, good: bool) -> None:
    store = EmbeddedStore(tmp_path / "db", BASE, writable=True)
    if good:
        SparqlUpdate(text).apply(store, {})
    else:
        with pytest.raises(QuerySyntaxError, match="_:a"):
            SparqlUpdate(text).apply(store, {})


@pytest.mark.parametrize(
    "hiding",
    [
        # To the engine the first sign below is "less than", so that a string or a comment begins behind it; it knows
        # the escaped quotation mark as part of a name or of an IRI.
        "INSERT { } WHERE { FILTER('a'<'>') } ; DROP GRAPH <g:a> #' }",
        "INSERT { } WHERE { FILTER(1<5#>'\n) } ; DROP GRAPH <g:a> #' }",
        "PREFIX ex: <x:> DELETE DATA { <x:a> <x:b> ex:it\\'s } ; DROP GRAPH <g:a> #' }",
        "DELETE DATA { <x:a> <x:b> <x:'\\u0061> } ; DROP GRAPH <g:a> #' }",
        "DELETE DATA { <x:a> <x:b> <x:#\\u0061> } ; DROP GRAPH <g:a>",
        "VERSION '1.2' DROP GRAPH <g:a>",
    ],
)
def test_no_operation_hides_from_being_told_apart(tmp_path: Path, hiding: str) -> None:
    store = EmbeddedStore(tmp_path / "db", BASE, writable=True)
    store.update("INSERT DATA { GRAPH <g:a> { <a:a> <a:b> 1 } }", None)
    try:
        touched = SparqlUpdate(hiding).apply(store, {})
    except QuerySyntaxError:
        assert store.has_graph("g:a")
    else:
        assert "g:a" in touched.graphs


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (r"PREFIX a: <a:> INSERT { a:x\-y a:b 1 . a:it\'s a:b 2 } WHERE { }", {(None, "a:x-y"), (None, "a:it's")}),
        ("BASE <http://x.example/a/b> INSERT { GRAPH <?g> { <../c/./d> <p:p> 1 } } WHERE { }",
         {("http://x.example/a/b?g", "http://x.example/c/d")}),
        ("WITH <g:a> INSERT { <a:x> ?p 1 } WHERE { VALUES ?p { <a:b> 2 } }", {("g:a", "a:x")}),
        ("INSERT { GRAPH ?g { <a:a> <a:b> 1 } } WHERE { BIND(BNODE() AS ?g) }", set()),
    ],
)  # fmt: skip
def test_a_template_means_what_the_engine_makes_of_it(
    tmp_path: Path, text: str, places: set[tuple[str | None, str]]
) -> None:
    store = EmbeddedStore(tmp_path / "db", BASE, writable=True)
    touched = SparqlUpdate(text).apply(store, {})
    assert touched.places == places
    assert {(getattr(q.graph_name, "value", None), getattr(q.subject, "value", "")) for q in store.engine} <= places


@pytest.mark.parametrize("draw", ["RAND()", "rand#\n()", "1<RAND()&&2>1", "(SELECT * { ?s ?p ?o } LIMIT 1)"])
def test_what_may_come_out_otherwise_is_asked_once(draw: str) -> None:
    (o,) = split(f"INSERT {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o FILTER({draw}) }}")
    assert o.is_volatile


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { <a:a> <a:b> <<( <a:a> <a:b> 1 )>> }",
        "INSERT DATA { <a:a> <a:b> 1 {| <a:c> 2 |} }",
        "INSERT { ?s ?p <<( ?s ?p 1 )>> } WHERE { VALUES (?s ?p) { (<a:a> <a:b>) } }",
        "INSERT { [] <a:b> <<( ?s <a:b> 1 )>> } WHERE { BIND(<a:a> AS ?s) }",
        "INSERT { <a:a> <a:b> ?o } WHERE { BIND(<<( <a:a> <a:b> 1 )>> AS ?o) }",
        "INSERT { ?o <a:b> 1 } WHERE { VALUES ?o { <<( <a:a> <a:b> 1 )>> } }",
        "INSERT { ?s\u00b7x <a:b> 1 . <a:a> <a:b> <<( <a:a> <a:b> 1 )>> } WHERE { }",
        "INSERT { [] <a:b> ?o } WHERE { BIND(COALESCE(1<<a:f>(),triple#\n (<a:a>,<a:b>,1),3>1) AS ?o) }",
        "INSERT { [] <a:b> ?o } WHERE { BIND(COALESCE(1<?x,TRIPLE(?p,?p,1),3>1) AS ?o) VALUES ?p { <a:p> } }",
    ],
)  # fmt: skip
def test_no_triple_becomes_a_term(tmp_path: Path, text: str) -> None:
    store = EmbeddedStore(tmp_path / "db", BASE, writable=True)
    with pytest.raises(QueryRefusedError, match=r"RDF 1\.2"):
        SparqlUpdate(text).apply(store, {})
    assert len(store) == 0
