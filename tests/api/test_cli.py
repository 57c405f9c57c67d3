"""The command line: what it prints, where, and with which status; as a process of its own where that matters."""

import contextlib
import fcntl
import json
import os
import pty
import re
import resource
import signal
import subprocess
import sys
import time
import tomllib
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import pytest
from typer.testing import CliRunner, Result

from api.cli import COMMANDS, app
from api.parameters import WhoParameters
from api.settings import Settings
from graph import KnowledgeGraph, Statement
from graph.exports import ExportFormat, read_jsonl
from tests.effort import first

ROOT = Path(__file__).parents[2]
NORLAND = ROOT / "data" / "norland"
PYTHON = [sys.executable, "-m", "api"]


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in os.environ if n.startswith("TERTIUS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def tertius(*arguments: str | Path, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments], input=stdin, prog_name="tertius")


def ok(*arguments: str | Path, stdin: str | bytes | None = None) -> str:
    result = tertius(*arguments, stdin=stdin)
    assert result.exit_code == 0, result.output
    return result.stdout


def fails(status: int, *arguments: str | Path, stdin: str | bytes | None = None) -> str:
    result = tertius(*arguments, stdin=stdin)
    assert (result.exit_code, result.stdout) == (status, ""), result.output
    assert "Traceback" not in result.stderr
    return result.stderr


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the small cast: for reading, never for writing."""
    path = tmp_path_factory.mktemp("cli") / "kg"
    ok("load", NORLAND, "--store", path)
    return path


# Help


def test_help_lists_every_command_and_every_exit_status() -> None:
    text = ok("--help")
    for command, line in COMMANDS.items():
        assert re.search(rf"^  {command} +{re.escape(line)}$", text, re.M)
    for status in ("0 ", "1 ", "2 ", "3 ", "130 ", "141 "):
        assert re.search(rf"^ +{status}", text, re.M)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_every_command_has_examples(command: str) -> None:
    text = ok(command, "--help")
    assert "Examples:" in text
    assert re.search(rf"^.*tertius {command}", text.partition("Examples:")[2], re.M)


def test_help_imports_nothing_heavy() -> None:
    heavy = "[m for m in ('graph', 'numpy', 'fastapi') if m in sys.modules]"
    program = f"import sys, api.cli\ntry: api.cli.main()\nexcept SystemExit: print({heavy})"
    run = subprocess.run(
        [sys.executable, "-c", program, "--help"], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert run.stdout.endswith("[]\n")


def test_every_setting_is_an_option_of_serve() -> None:
    text = ok("serve", "--help")
    for name in Settings.model_fields:
        assert f"--{name.replace('_', '-')}" in text


def test_every_filter_of_http_is_an_option_of_ask() -> None:
    text = ok("ask", "--help")
    for name in set(WhoParameters.model_fields) - {"cursor"}:
        assert f"--{name.replace('_', '-')}" in text


def test_documentation_names_every_command_and_status() -> None:
    page = (ROOT / "docs" / "command-line.md").read_text()
    for command in COMMANDS:
        assert f"`{command}" in page
    for status in (0, 1, 2, 3, 130, 141):
        assert f"| {status} |" in page


def test_the_script_is_the_one_of_the_package() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert scripts == {"tertius": "api.__main__:main"}


# Asking


def test_ask_prints_a_table_with_voices_modality_time_and_place(store: Path) -> None:
    lines = ok("ask", "mediates", "--between", "Norland", "--between", "Sudland", "--store", store).splitlines()
    assert lines[0].split("  ")[0].strip() == "who"
    assert "Westmark" in lines[2]
    assert "gazette-1 253-314" in lines[2]
    assert "2030" in lines[2]
    assert any("negated" in line and "Eva Strand" in line for line in lines)


def test_ask_prints_no_colours_into_a_pipe(store: Path) -> None:
    assert "\x1b" not in ok("ask", "invites", "--store", store)


def test_ask_in_json_is_what_http_answers(store: Path) -> None:
    from fastapi.testclient import TestClient

    from api.app import create_app

    printed = json.loads(ok("ask", "invites", "--object", "Bo Sund", "--json", "--store", store))
    with KnowledgeGraph(store) as graph, TestClient(create_app(Settings(data="none"), graph)) as client:
        assert printed == client.get("/who/invites?object=Bo Sund").json()


def test_ask_without_a_store_asks_the_shipped_data() -> None:
    answers = json.loads(ok("ask", "invites", "--object", "Mirzoyan", "--json"))["answers"]
    assert [a["subject"]["id"] for a in answers] == ["russia"]


def test_ask_takes_names_in_any_script_and_a_data_set() -> None:
    answers = json.loads(ok("ask", "invites", "--subject", "НОРЛАНД", "--data", NORLAND, "--json"))["answers"]
    assert [a["object"]["id"] for a in answers] == ["bo-sund"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--according-to", "source"], {"asserted": 1, "presupposed": 1}),
        (["--modality", "presupposed"], {"presupposed": 1}),
        (["--since", "2031-03-02"], {"presupposed": 1}),
        (["--until", "2031-03-01"], {"asserted": 1, "presupposed": 1}),
        (["--source", "gazette-1"], {"asserted": 1}),
    ],
)
def test_filters_of_ask(store: Path, options: list[str], expected: dict[str, int]) -> None:
    answers = json.loads(ok("ask", "invites", "--object", "Bo Sund", "--store", store, "--json", *options))["answers"]
    assert [a["modalities"] for a in answers] == [expected]


def test_no_answer_is_not_a_no_and_says_what_is_known(store: Path) -> None:
    result = tertius("ask", "accuses", "--subject", "Westmark", "--store", store)
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "not a no" in result.stderr
    assert re.search(r"Westmark: \d+ statements", result.stderr)


def test_unknown_and_ambiguous_names_list_candidates(store: Path) -> None:
    assert "candidates: norland" in fails(1, "ask", "invites", "--subject", "Norlund", "--store", store)
    assert "candidates: sudland (state), westmark (state)" in fails(
        1, "ask", "invites", "--subject", "the Republic", "--store", store
    )
    assert "unknown relation or family 'invitez'; did you mean invites" in fails(1, "ask", "invitez", "--store", store)


def test_serve_repeats_what_was_wrong_but_no_secret() -> None:
    assert "--port (or TERTIUS_PORT): Input should be less than or equal to 65535, got '70000'" in " ".join(
        fails(2, "serve", "--port", "70000").split()
    )
    assert "--texts (or TERTIUS_TEXTS): no folder is there" in fails(2, "serve", "--texts", "/no/such/folder")
    assert "hush" not in fails(2, "serve", "--tokens", "ada:hush")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--modality", "maybe"], "--modality: Input should be 'asserted'"),
        (["--level", "planet"], "--level: Input should be 'entity'"),
        (["--limit", "0"], "--limit: Input should be greater than or equal to 1"),
        (["--nonsense"], "No such option: --nonsense"),
    ],
)
def test_impossible_values_are_wrong_usage(store: Path, options: list[str], message: str) -> None:
    assert message in fails(2, "ask", "invites", "--store", store, *options)


def test_impossible_windows_are_told(store: Path) -> None:
    assert "is after until" in fails(1, "ask", "invites", "--store", store, "--since", "2031", "--until", "2030")
    assert "not a date" in fails(1, "ask", "invites", "--store", store, "--since", "soon")


def test_store_and_data_exclude_each_other(store: Path) -> None:
    assert "not both" in fails(2, "ask", "invites", "--store", store, "--data", NORLAND)


def test_the_environment_names_the_store(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERTIUS_STORE", str(store))
    assert "bo-sund" in ok("ask", "invites", "--json")
    monkeypatch.delenv("TERTIUS_STORE")
    monkeypatch.setenv("TERTIUS_DATA", str(NORLAND))
    assert "bo-sund" in ok("ask", "invites", "--json")


# Queries


SELECT = "SELECT ?who ?whom WHERE { ?who r:invites ?whom } ORDER BY ?who"


def test_query_from_standard_input_gives_json(store: Path) -> None:
    results = json.loads(ok("query", "--store", store, stdin=SELECT))
    assert [row["whom"]["value"].rsplit("/", 1)[-1] for row in results["results"]["bindings"]] == ["bo-sund"]


def test_query_from_a_file_as_csv_and_as_table(store: Path, tmp_path: Path) -> None:
    file = tmp_path / "question.rq"
    file.write_text(SELECT)
    base = "https://tertius.example/id/entity/"
    for format in ("csv", "text/csv"):
        lines = ok("query", file, "--store", store, "--format", format).splitlines()
        assert lines == ["who,whom", f"{base}norland,{base}bo-sund"]
    table = ok("query", file, "--store", store, "--format", "table").splitlines()
    assert [line.split() for line in (table[0], table[2])] == [["who", "whom"], ["e:norland", "e:bo-sund"]]


def test_query_for_triples_gives_turtle(store: Path) -> None:
    assert "e:bo-sund a t:Person" in ok("query", "--store", store, stdin="DESCRIBE e:bo-sund")
    assert json.loads(ok("query", "--store", store, "--format", "json-ld", stdin="DESCRIBE e:bo-sund"))


def test_a_format_that_cannot_hold_the_answer_is_refused(store: Path) -> None:
    assert "cannot hold this answer" in fails(1, "query", "--store", store, "--format", "turtle", stdin=SELECT)
    assert "is none of table, json" in fails(2, "query", "--store", store, "--format", "pdf", stdin=SELECT)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"SELEC ?x", "expected one of"),
        (b"\xff\xfe", "not UTF-8"),
        (b"SELECT * WHERE { SERVICE <http://localhost:1/> { ?s ?p ?o } }", "SERVICE is not allowed"),
        (b"SELECT * WHERE " + b"{" * 9000 + b"}" * 9000, "nested"),
        (b"DROP ALL", "expected one of"),
    ],
)
def test_queries_that_cannot_run_are_told(store: Path, text: bytes, message: str) -> None:
    assert message in fails(1, "query", "--store", store, stdin=text)


# Loading


def test_loading_twice_changes_nothing(tmp_path: Path) -> None:
    store = tmp_path / "new" / "kg"
    assert ok("load", NORLAND, "--store", store).startswith("norland: 18 statements added")
    assert ok("load", NORLAND, "--store", store).startswith("norland: nothing has changed")
    assert [p.name for p in store.parent.iterdir()] == ["kg"]


def test_a_faulty_data_set_leaves_no_store_behind(tmp_path: Path) -> None:
    bad = copy_of_norland(tmp_path)
    replace(bad / "statements" / "gazette-1.yml", "relation: invites", "relation: invitez")
    message = fails(1, "load", bad, "--store", tmp_path / "kg")
    assert re.search(r"^error: .*gazette-1\.yml:\d+: .*unknown relation 'invitez'", message, re.M)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["norland"]


def test_a_faulty_data_set_leaves_a_store_as_it_was(tmp_path: Path) -> None:
    ok("load", NORLAND, "--store", tmp_path / "kg")
    bad = copy_of_norland(tmp_path)
    replace(bad / "statements" / "gazette-1.yml", "object: bo-sund", "object: nobody")
    assert "'nobody'" in fails(1, "load", bad, "--store", tmp_path / "kg")
    assert "nothing has changed" in ok("load", NORLAND, "--store", tmp_path / "kg")


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    bad = copy_of_norland(tmp_path)
    replace(bad / "statements" / "gazette-1.yml", "relation: invites", "relation: invitez")
    replace(bad / "statements" / "gazette-2.yml", "modality: negated", "modality: denied")
    errors = fails(1, "load", bad, "--store", tmp_path / "kg").splitlines()
    assert {re.split(r"[:/]", e)[0] for e in errors} == {"error"}
    assert any("invitez" in e for e in errors)
    assert any("denied" in e for e in errors)


def test_load_needs_a_store() -> None:
    assert "--store FOLDER" in fails(2, "load", NORLAND)


def test_a_locked_store_is_trouble_with_the_store(tmp_path: Path) -> None:
    store = tmp_path / "kg"
    ok("load", NORLAND, "--store", store)
    bad = copy_of_norland(tmp_path)
    replace(bad / "entities.yml", "label: Eva Strand", "label: Eva Maria Strand")
    with (store / "write.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "being written by another process" in fails(3, "load", bad, "--store", store, "--wait", "0")
    assert "1 entities written" in ok("load", bad, "--store", store)


def test_a_store_of_a_newer_format_is_trouble_with_the_store(tmp_path: Path) -> None:
    store = tmp_path / "kg"
    ok("load", NORLAND, "--store", store)
    data = json.loads((store / "format.json").read_text())
    (store / "format.json").write_text(json.dumps(data | {"format": 99}))
    assert "store format 99" in fails(3, "ask", "invites", "--store", store)


def test_reading_never_makes_a_store(tmp_path: Path) -> None:
    assert "is not a store: make one with: tertius load" in fails(3, "ask", "invites", "--store", tmp_path / "kg")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_other_things_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    assert "not empty and not a store" in fails(3, "load", NORLAND, "--store", tmp_path)
    assert (tmp_path / "letter.txt").read_text() == "dear"


# Validating


def test_validate_finds_the_conflict_of_the_article_and_does_not_fail() -> None:
    result = tertius("validate")
    assert result.exit_code == 0
    (line,) = result.stdout.splitlines()
    assert line.startswith("e:foreign-minister-of-armenia: warning: ")
    assert "e:sergei-lavrov" in line
    assert "e:ararat-mirzoyan" in line
    assert result.stderr == "0 violations, 1 warning\n"


def test_validate_tells_of_ambiguous_aliases() -> None:
    result = tertius("validate", NORLAND)
    assert result.exit_code == 0
    assert "warning: 'the republic' is the name of sudland, westmark" in result.stdout


def test_validate_names_file_line_and_way_out(tmp_path: Path) -> None:
    bad = copy_of_norland(tmp_path)
    replace(bad / "statements" / "gazette-1.yml", "object: bo-sund", "object: nobody")
    result = tertius("validate", bad)
    assert result.exit_code == 1
    assert re.search(r"gazette-1\.yml:\d+: violation: .*no entity has the id 'nobody': add it, or mend", result.stdout)


def test_validate_checks_hashes_and_offsets_against_texts(tmp_path: Path) -> None:
    bad = copy_of_norland(tmp_path)
    replace(bad / "statements" / "gazette-1.yml", "start: 42", "start: 43")
    result = tertius("validate", bad)
    assert result.exit_code == 0
    assert "cuts a word at 43" in result.stdout
    replace(bad / "texts" / "gazette-1.txt", "Norland invited", "Norland invitid")
    result = tertius("validate", bad)
    assert result.exit_code == 1
    assert "SHA-256 differs" in result.stdout


def test_validate_of_a_store_finds_two_holders(tmp_path: Path) -> None:
    with KnowledgeGraph(tmp_path / "kg") as graph:
        graph.load(NORLAND)
        second = Statement.model_validate(
            {"subject": "eva-strand", "relation": "holds-post", "object": "foreign-minister-of-norland",
             "source": "gazette-2", "start": 0, "end": 9, "modality": "asserted"}
        )  # fmt: skip
        graph.add([second])
    result = tertius("validate", tmp_path / "kg", "--json")
    assert result.exit_code == 1
    worst = json.loads(result.stdout)[0]
    assert (worst["severity"], worst["focus"], worst["shape"]) == (
        "violation", "e:foreign-minister-of-norland", "one-holder",
    )  # fmt: skip
    assert tertius("validate", tmp_path / "kg", "--no-shapes").exit_code == 0


# Exporting


def test_exported_lines_give_equal_statements(store: Path, tmp_path: Path) -> None:
    ok("export", "--store", store, "-o", tmp_path / "all.jsonl")
    with KnowledgeGraph(store) as graph, (tmp_path / "all.jsonl").open("rb") as lines:
        assert list(read_jsonl(lines)) == graph.statements()


@pytest.mark.parametrize("format", ExportFormat)
def test_export_to_a_file_and_to_standard_output_are_the_same(
    store: Path, tmp_path: Path, format: ExportFormat
) -> None:
    file = tmp_path / f"all{format.suffix}"
    assert ok("export", "--store", store, "-o", file) == ""
    printed = tertius("export", "--store", store, "--format", format.media_type).stdout_bytes
    if format in (ExportFormat.CSV, ExportFormat.JSONL, ExportFormat.N_QUADS, ExportFormat.GRAPHML):
        assert file.read_bytes() == printed
    assert len(file.read_bytes()) == len(printed) > 1000  # prefixes come in any order


def test_the_network_is_read_by_networkx(store: Path, tmp_path: Path) -> None:
    ok("export", "--store", store, "-o", tmp_path / "network.graphml")
    network = nx.read_graphml(tmp_path / "network.graphml")
    assert network.nodes["westmark"]["label"] == "Westmark"


def test_a_dump_is_a_folder_of_its_own(store: Path, tmp_path: Path) -> None:
    assert ok("export", "--store", store, "--dump", tmp_path / "dump") == ""
    assert {p.name for p in (tmp_path / "dump").iterdir()} >= {"graph.nq.gz", "CITATION.cff", "SHA256SUMS"}
    assert "is there already" in fails(2, "export", "--store", store, "--dump", tmp_path / "dump")
    assert "--dump has its own formats" in fails(2, "export", "--dump", tmp_path / "new", "--format", "csv")


def test_an_export_that_fails_leaves_the_old_file(store: Path, tmp_path: Path) -> None:
    file = tmp_path / "all.nq"
    file.write_text("old")

    def small_files() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    run = subprocess.run(
        [*PYTHON, "export", "--store", str(store), "-o", str(file)],
        capture_output=True, text=True, cwd=ROOT, preexec_fn=small_files,
    )  # fmt: skip
    assert run.returncode == 1
    assert "File too large" in run.stderr
    assert "Traceback" not in run.stderr
    assert file.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["all.nq"]


def test_a_full_disk_is_told() -> None:
    assert "No space left on device" in fails(3, "export", "-o", "/dev/full")


def test_export_into_a_missing_folder_is_told(store: Path, tmp_path: Path) -> None:
    assert "no such folder" in fails(1, "export", "--store", store, "-o", tmp_path / "not" / "there.csv")
    assert "is none of trig" in fails(2, "export", "--store", store, "-o", tmp_path / "all.xlsx")


# Locating, listing


def test_locate_prints_offsets_in_code_points() -> None:
    assert ok("locate", NORLAND / "texts" / "gazette-1.txt", "Norland invited Bo Sund") == "58 81\n"


def test_locate_tells_every_occurrence() -> None:
    result = tertius("locate", NORLAND / "texts" / "gazette-1.txt", "Bo Sund")
    assert result.stdout == "74 81\n464 471\n"
    assert "2 occurrences" in result.stderr


def test_locate_is_exact_unless_told_otherwise() -> None:
    file = NORLAND / "texts" / "gazette-2.txt"
    assert "with --loose they do occur" in fails(1, "locate", file, "Last month's")
    assert ok("locate", file, "Last month's", "--loose") == "296 308\n"
    assert "mind case and spelling" in fails(1, "locate", file, "last month", "--loose")


def test_locate_wants_utf_8(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"one\nt\xfcr")
    assert "a.txt:2: byte 0xfc is not UTF-8" in fails(1, "locate", tmp_path / "a.txt", "x")


def test_entities_by_name_and_kind(store: Path) -> None:
    found = json.loads(ok("entities", "--store", store, "--q", "νόρλαντ", "--json"))
    assert [e["id"] for e in found] == ["norland"]
    found = json.loads(ok("entities", "--store", store, "--kind", "person", "--json"))
    assert [e["id"] for e in found] == ["ada-norn", "bo-sund", "eva-strand"]
    assert "did you mean person" in fails(1, "entities", "--kind", "persona", "--store", store)


def test_relations_of_a_family() -> None:
    found = json.loads(ok("relations", "--family", "invitation", "--json"))
    assert {r["family"] for r in found} == {"invitation"}
    assert "invites" in {r["id"] for r in found}
    assert "mediates" in ok("relations")
    assert "unknown family 'invitations'; did you mean invitation" in fails(1, "relations", "--family", "invitations")


def test_names_cannot_drive_the_terminal(tmp_path: Path) -> None:
    bad = copy_of_norland(tmp_path)
    replace(bad / "entities.yml", "label: Eva Strand", 'label: "[red]Eva[/red] \\e[31mStrand"')
    printed = ok("entities", "--data", bad, "--q", "eva")
    assert "\x1b" not in printed
    assert "[red]Eva[/red]" in printed


# As a process


def test_a_reader_that_goes_away_is_no_error() -> None:
    with subprocess.Popen(
        [*PYTHON, "export", "--format", "n-quads"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    ) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.readline()
        run.stdout.close()
        assert (run.wait(30), run.stderr.read()) == (141, b"")


@pytest.mark.slow
def test_an_interrupted_query_ends_at_once(store: Path) -> None:
    endless = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    with subprocess.Popen(
        [*PYTHON, "query", "--store", str(store)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT,
    ) as run:  # fmt: skip
        assert run.stdin is not None
        assert run.stderr is not None
        run.stdin.write(endless.encode())
        run.stdin.close()
        time.sleep(3)
        run.send_signal(signal.SIGINT)
        assert (run.wait(20), run.stderr.read()) == (130, b"interrupted\n")


@pytest.mark.slow
def test_colours_and_progress_only_on_a_terminal(store: Path) -> None:
    def on_terminal(*arguments: str) -> str:
        leader, follower = pty.openpty()
        environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "200"}
        environment.pop("NO_COLOR", None)
        with subprocess.Popen(
            [*PYTHON, *arguments], stdin=follower, stdout=follower, stderr=follower, env=environment, cwd=ROOT
        ) as run:
            os.close(follower)
            pieces = []
            with contextlib.suppress(OSError):  # the terminal is gone when the process is
                while piece := os.read(leader, 65536):
                    pieces.append(piece)
            assert run.wait(30) == 0
        os.close(leader)
        return b"".join(pieces).decode()

    assert "\x1b[" in on_terminal("ask", "invites", "--store", str(store))
    assert "loading" in on_terminal("ask", "invites", "--data", str(NORLAND))
    quiet = subprocess.run(
        [*PYTHON, "ask", "invites", "--data", str(NORLAND)], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert "\x1b" not in quiet.stdout
    assert quiet.stderr == ""


@contextlib.contextmanager
def served(*options: str, **environment: str) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    with subprocess.Popen(
        [*PYTHON, "serve", "--port", "0", *options],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=os.environ | environment,
    ) as run:  # fmt: skip
        assert run.stderr is not None
        try:
            for line in run.stderr:
                if match := re.search(r"answers on (http://\S+)", line):
                    break
            else:
                pytest.fail(f"does not serve: status {run.wait()}")
            for _ in range(100):
                with contextlib.suppress(OSError), urllib.request.urlopen(f"{match[1]}/health", timeout=5):  # noqa: S310 - our own address
                    break
                time.sleep(0.1)
            yield match[1], run
        finally:
            if run.poll() is None:
                run.kill()
            run.stderr.close()


@pytest.mark.parametrize("number", first(1, [signal.SIGINT, signal.SIGTERM]))
def test_serve_answers_and_ends_cleanly(number: signal.Signals, store: Path) -> None:
    with served("--data", "none", "--store", str(store)) as (address, run):
        with urllib.request.urlopen(f"{address}/who/invites?object=Bo%20Sund", timeout=10) as answer:  # noqa: S310 - our own address
            assert json.load(answer)["answers"][0]["subject"]["id"] == "norland"
        run.send_signal(number)
        assert run.wait(20) == 0


@pytest.mark.slow
def test_an_option_of_serve_goes_before_the_environment(store: Path) -> None:
    environment = {"TERTIUS_STORE": str(store), "TERTIUS_DATA": "/not/there", "TERTIUS_PORT": "1"}
    with served("--data", "none", **environment) as (address, _):
        health = urllib.request.urlopen(f"{address}/health", timeout=10).read()  # noqa: S310 - our own address
        assert json.loads(health)["statements"] == 18


def test_serve_tells_of_a_port_in_use_before_it_loads() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert "choose another with --port" in fails(1, "serve", "--port", str(port))


def test_serve_tells_of_impossible_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "--port (or TERTIUS_PORT): Input should be a valid integer" in fails(2, "serve", "--port", "http")
    message = fails(2, "serve", "--tokens", "ada:hush")
    assert "NAME:SECRET" in message
    assert "hush" not in message
    monkeypatch.setenv("TERTIUS_QUERY_TIMEOUT", "-1")
    assert "TERTIUS_QUERY_TIMEOUT" in fails(2, "serve")


def test_serve_tells_of_faulty_data_in_one_message_each(tmp_path: Path) -> None:
    bad = copy_of_norland(tmp_path)
    replace(bad / "statements" / "gazette-1.yml", "relation: invites", "relation: invitez")
    assert "unknown relation 'invitez'" in fails(1, "serve", "--port", "0", "--data", bad)


# Helpers


def copy_of_norland(folder: Path) -> Path:
    """The small data set as files to be broken."""
    for file in NORLAND.rglob("*"):
        if file.is_file():
            target = folder / "norland" / file.relative_to(NORLAND)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
    return folder / "norland"


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


@pytest.mark.parametrize("way", ["plover", "table"])
def test_exported_events_are_imported_as_the_same(way: str, tmp_path: Path) -> None:
    record = {"id": "1", "date": "2031-04-05", "event": "CONSULT", "mode": "visit", "actor": [{"code": "FRA"}]}
    records = [record | {"recipient": [{"code": "DEU"}]}, record | {"id": "2", "event": "AID", "mode": ""}]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, records)))
    ok("import", "plover", tmp_path / "a.jsonl", "--store", tmp_path / "first")
    out = tmp_path / ("b.jsonl" if way == "plover" else "b.csv")
    told = tertius("export", "--store", tmp_path / "first", "--format", way, "--relation", "visits", "-o", out)
    assert (told.exit_code, told.stderr) == (0, "1 events written\n")
    more: list[str | Path] = [] if way == "plover" else ["--mapping", tmp_path / "b.mapping.yml"]
    ok("import", "plover" if way == "plover" else "csv", out, *more, "--store", tmp_path / "second")
    with KnowledgeGraph(tmp_path / "second") as graph:
        (found,) = graph.statements()
        assert (found.subject, found.relation, found.object) == ("france", "visits", "germany")
        assert (found.when, found.record, found.codes) == ("2031-04-05", "1", ("plover-2021:CONSULT-visit",))
    if way == "table":
        out = tmp_path / "mine.csv"
        ok("export", "--store", tmp_path / "second", "--format", "table", *more, "-o", out)
        assert out.read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_what_does_not_go_together_in_an_export_is_told(store: Path) -> None:
    assert "filters and --mapping go with --format plover or table" in fails(
        2, "export", "--store", store, "--since", "2031"
    )
    assert "PLOVER has fields of its own" in fails(
        2, "export", "--store", store, "--format", "plover", "--mapping", "x"
    )
