"""A write that is killed leaves the old state or the new one, never half of it; processes do not disturb each other."""

import json
import os
import random
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from graph import KnowledgeGraph, Statement
from graph.changes import GraphLoad
from graph.edges import plain_edges
from graph.rdf import source_quads, statement_quads
from graph.snapshot import rebuilt_columns

ROOT = Path(__file__).parents[2]
STEPS = {
    "backup": "graph.stores.embedded:EmbeddedStore.backup",
    "unload": "graph.writing:Draft._unload",
    "bulk load": "graph.stores.embedded:EmbeddedStore._load",
    "removal of edges": "graph.stores.embedded:EmbeddedStore.remove_quads",
    "flush": "graph.stores.embedded:EmbeddedStore.flush",
    "columns": "graph.columns:Columns.save",
    "catalogue": "graph.writing:write_catalogue",
    "notes": "graph.revisions:Revision.write_meta",
    "sync": "graph.revisions:_sync_tree",
    "pointer": "graph.revisions:_write_synced",
    "switch": "pathlib:Path.replace",
    "sync of the switch": "graph.revisions:sync_folder",
    "clearing": "graph.revisions:RevisionFolder._clear_before",
}

# What an update goes through besides, and a graph that is put.
CHANGE_STEPS = {
    "application": "graph.changes:SparqlUpdate.apply",
    "evaluation": "graph.stores.embedded:EmbeddedStore.update",
    "reading back": "graph.reviewing:Review.read",
    "check": "graph.reviewing:Review.check",
}
GRAPH_STEPS = {
    "insertion": "graph.stores.embedded:EmbeddedStore.insert",
    "emptying": "graph.stores.embedded:EmbeddedStore.clear",
}

# Forks once for each job, so that the packages are imported only once. A job is [store, write, step, when]. A write is
# a data set to load, an update, or a graph with its Turtle. The step is a function, at which the child kills itself,
# "before" or "after" it runs; or else `when` is the share of the time of a whole write after which it is killed.
_KILLER = """
    import functools, importlib, json, os, signal, sys, time
    from graph import KnowledgeGraph
    from graph.changes import GraphLoad

    def write(store, what):
        match what:
            case {"load": path}:
                KnowledgeGraph(store).load(path)
            case {"update": text}:
                KnowledgeGraph(store).update(text)
            case {"graph": graph, "turtle": text}:
                KnowledgeGraph(store).change(GraphLoad(graph, ((text.encode(), "text/turtle"),), graph, replace=True))

    def armed(step, when):
        module, _, path = step.partition(":")
        *owners, name = path.split(".")
        holder = functools.reduce(getattr, owners, importlib.import_module(module))
        real = getattr(holder, name)

        def deadly(*args, **kwargs):
            if when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            real(*args, **kwargs)
            os.kill(os.getpid(), signal.SIGKILL)

        setattr(holder, name, deadly)

    def forked(work, *args):
        child = os.fork()
        if not child:
            work(*args)
            os._exit(0)
        return child

    jobs = json.load(sys.stdin)
    begin = time.perf_counter()
    os.waitpid(forked(write, jobs["rehearsal"], jobs["jobs"][0][1]), 0)
    whole = time.perf_counter() - begin
    for store, what, step, when in jobs["jobs"]:
        def work():
            if when in ("before", "after"):
                armed(step, when)
            write(store, what)
        child = forked(work)
        if when not in ("before", "after"):
            time.sleep(whole * float(when))
            os.kill(child, signal.SIGKILL)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def run(code: str, stdin: str, *arguments: object) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
        input=stdin, capture_output=True, text=True, timeout=500, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def facts(kg: KnowledgeGraph) -> tuple[int, frozenset[str], frozenset[str]]:
    """What a store holds, having looked that all its parts agree."""
    snapshot = kg.snapshot
    columns = snapshot.columns
    assert columns.same_as(rebuilt_columns(snapshot.store, kg.iris, snapshot.sources.values(), snapshot.entities))
    assert len(snapshot.store) == snapshot.meta["quads"]
    edges = {
        (kg.iris.id(s), p.predicate.rsplit("/", 1)[-1], kg.iris.id(p.value))
        for s, p in snapshot.store.scan(kg.iris.edges_graph)
    }
    assert edges == plain_edges(columns)
    ids = frozenset(columns.id(row) for row in range(len(columns)))
    return snapshot.revision, ids, frozenset(snapshot.entities)


Write = dict[str, str]


def check_kills(jobs: list[tuple[str, str]], norland_store: Path, tmp_path: Path, what: Write) -> list[bool]:
    """Kills a write for each job, a step or a share of time with when; tells which writes had taken effect."""
    rehearsal = shutil.copytree(norland_store, tmp_path / "rehearsal")
    stores = [shutil.copytree(norland_store, tmp_path / str(n)) for n in range(len(jobs))]
    work = [[str(store), what, *job] for store, job in zip(stores, jobs, strict=True)]
    codes = run(_KILLER, json.dumps({"rehearsal": str(rehearsal), "jobs": work}))
    assert len(codes) == len(jobs)
    with KnowledgeGraph(norland_store) as kg:
        old = facts(kg)
    with KnowledgeGraph(rehearsal) as kg:
        new = facts(kg)
    done = []
    for store, job, code in zip(stores, jobs, codes, strict=True):
        assert job[1] not in ("before", "after") or code == "-9", f"{job} was never reached"
        with KnowledgeGraph(store) as kg:
            found = facts(kg)
            assert found in (old, new), job
            done.append(found == new)
            # Whatever was left behind, the next write ends well and leaves only whole revisions.
            apply(kg, what)
            assert facts(kg) == new, job
            assert {p.name for p in (store / "revisions").iterdir()} == {"1", "2", "3"}, job
    return done


def apply(kg: KnowledgeGraph, what: Write) -> None:
    match what:
        case {"load": path}:
            kg.load(path)
        case {"update": text}:
            kg.update(text)
        case {"graph": graph, "turtle": text}:
            kg.change(GraphLoad(graph, ((text.encode(), "text/turtle"),), graph, replace=True))


def writes(norland_store: Path, data: Path) -> dict[str, Write]:
    """A write of each kind, which has every step to go through: it adds and takes away, statements and edges."""
    with KnowledgeGraph(norland_store) as kg:
        source = kg.snapshot.source("gazette-1")
        everything = kg.statements()
        referred = {i for s in everything for i in (*s.statements(), s.corrected_by)}
        there = [s for s in everything if s.source == "gazette-1"]
        gone = next(s for s in there if s.relation == "holds-post" and not s.attributed_to and s.id not in referred)
        new = Statement(
            subject="norland", relation="invites", object="eva-strand", source="gazette-1", modality="asserted",
            start=400, end=420, when="2031-04",
        )  # fmt: skip
        added = statement_quads(new, source, kg.iris).replace(f" <{kg.iris.source('gazette-1')}> .", " .")
        graph = kg.iris.source("gazette-1")
        update = (
            f"DELETE WHERE {{ GRAPH ?g {{ st:{gone.id} ?p ?o }} }} ; INSERT DATA {{ GRAPH <{graph}> {{ {added} }} }}"
        )
        quads = source_quads(source, kg.iris) + "".join(
            statement_quads(s, source, kg.iris) for s in (*there, new) if s != gone
        )
    turtle = quads.replace(f" <{graph}> .", " .")
    return {
        "load": {"load": str(data / "armenia-azerbaijan-talks")},
        "update": {"update": update},
        "graph": {"graph": graph, "turtle": turtle},
    }


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["load", "update", "graph"])
def test_a_write_killed_inside_any_step_leaves_the_old_state_or_the_new(
    norland_store: Path, tmp_path: Path, data: Path, kind: str
) -> None:
    jobs = [(path, "before") for path in STEPS.values()]
    if kind == "update":
        jobs = [(path, when) for path in CHANGE_STEPS.values() for when in ("before", "after")]
    if kind == "graph":
        jobs = [(path, when) for path in GRAPH_STEPS.values() for when in ("before", "after")]
    jobs += [(STEPS[step], "after") for step in ("bulk load", "columns", "pointer", "switch", "clearing")]
    jobs += [(STEPS["clearing"], "before")] if kind != "load" else []
    done = check_kills(jobs, norland_store, tmp_path, writes(norland_store, data)[kind])
    # The switch of the pointer is the one moment at which the load takes effect.
    took_effect = [job for job, happened in zip(jobs, done, strict=True) if happened]
    assert sorted(took_effect) == sorted(
        [(STEPS["clearing"], "before"), (STEPS["switch"], "after"), (STEPS["clearing"], "after")]
    )


@pytest.mark.parametrize(
    ("kind", "seed", "kills"),
    [
        ("load", 1, 4), ("update", 4, 4),
        *(pytest.param(kind, seed, 50, marks=pytest.mark.slow) for kind, seed in (
            ("load", 2), ("load", 3), ("update", 5), ("graph", 6)
        )),
    ],
)  # fmt: skip
def test_a_write_killed_at_any_moment_leaves_the_old_state_or_the_new(
    norland_store: Path, tmp_path: Path, data: Path, kind: str, seed: int, kills: int
) -> None:
    moments = random.Random(seed)  # noqa: S311 - seeded, so that a run can be repeated
    jobs = [("time", f"{moments.uniform(0, 1.1):.4f}") for _ in range(kills)]
    check_kills(jobs, norland_store, tmp_path, writes(norland_store, data)[kind])


_CREATOR = """
    import json, os, signal, sys, time
    from graph import KnowledgeGraph
    for store, seconds in json.load(sys.stdin):
        child = os.fork()
        if not child:
            KnowledgeGraph(store).close()
            os._exit(0)
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
"""


def test_a_store_killed_while_it_is_created_can_be_created_again(tmp_path: Path) -> None:
    moments = random.Random(4)  # noqa: S311 - as above
    stores = [(str(tmp_path / str(n)), moments.uniform(0, 0.08)) for n in range(8)]
    run(_CREATOR, json.dumps(stores))
    for store, _ in stores:
        with KnowledgeGraph(store) as kg:
            assert kg.statements() == []
            assert kg.snapshot.revision == 1


_TOGETHER = """
    import os, sys, time
    from graph import KnowledgeGraph, Statement
    store, writers, each = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

    def write(writer):
        kg = KnowledgeGraph(store)
        for n in range(each):
            kg.add([Statement(
                subject="norland", relation="invites", object="bo-sund", source="gazette-1", modality="asserted",
                start=n, end=n + 1, coder=f"writer-{writer}",
            )], wait=60)

    def read():
        kg = KnowledgeGraph(store)
        last = 0
        while last < 18 + writers * each:
            snapshot = kg.snapshot
            held = snapshot.store.select("SELECT ?s WHERE { ?s rdf:predicate ?r FILTER STRSTARTS(STR(?s), STR(st:)) }")
            assert len(held) == len(snapshot.columns) == snapshot.meta["statements"] >= last, "half a state was seen"
            assert len(snapshot.statements(range(len(snapshot.columns)))) == len(held)
            last = len(held)

    children = []
    for work in [*[lambda w=w: write(w) for w in range(writers)], read, read]:
        child = os.fork()
        if not child:
            work()
            os._exit(0)
        children.append(child)
    print(*[os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children])
"""


@pytest.mark.slow
def test_two_processes_write_in_turn_while_others_read_whole_states(norland_store: Path, tmp_path: Path) -> None:
    store = shutil.copytree(norland_store, tmp_path / "store")
    codes = run(_TOGETHER.replace("st:)", "<https://tertius.example/id/statement/>)"), "", store, 2, 6)
    assert codes == ["0"] * 4
    with KnowledgeGraph(store) as kg:
        assert len(kg.statements(relation="invites", exact=True, subject="norland")) == 2 + 12
        assert kg.snapshot.revision == 2 + 12
        facts(kg)


_AT_ONCE = """
    import os, sys
    from graph import KnowledgeGraph
    children = []
    for n in range(4):
        child = os.fork()
        if not child:
            # A line at once: print may make two.
            os.write(1, f"{KnowledgeGraph(sys.argv[1]).store_id} ".encode())
            os._exit(0)
        children.append(child)
    for child in children:
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""


def test_processes_that_create_a_store_at_once_create_one(tmp_path: Path) -> None:
    ids = run(_AT_ONCE, "", tmp_path / "store")
    assert (len(ids), len(set(ids))) == (4, 1)
    with KnowledgeGraph(tmp_path / "store") as kg:
        assert (kg.store_id, kg.snapshot.revision) == (ids[0], 1)
