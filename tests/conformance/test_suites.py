"""The W3C's suites for SPARQL 1.0 and 1.1 against the service, over HTTP, as an ordinary empty store."""

import contextlib
import re
from collections.abc import Callable, Iterator

import pytest
import rdflib

from tests.api.conftest import starter
from tests.api.services import ORDINARY
from tests.conformance.deviations import ENGINE, POLICY, UNORDERED
from tests.conformance.manifests import ABSENT, Entry, entries, folder, read_graph
from tests.conformance.results import compare, expected, is_ordered, quads, read, read_quads
from tests.conformance.stores import JSON, TURTLE, XML, Engine, Malformed, Refused, Service, Store, with_base

ROOT = folder()
ENTRIES = {e.name: e for e in entries(ROOT)} if ROOT else {}
EXCUSED = ENGINE | POLICY
ACCEPTS = {
    ".csv": ["text/csv"], ".tsv": ["text/tab-separated-values"],
    "others": [f"{JSON}, {TURTLE}", f"{XML}, application/n-triples"],
}  # fmt: skip
pytestmark = [
    pytest.mark.suites,
    pytest.mark.skipif(ROOT is None, reason=ABSENT),
    pytest.mark.filterwarnings("ignore:Dataset.default_context is deprecated:DeprecationWarning"),  # within rdflib
]


def excuse(name: str) -> pytest.MarkDecorator:
    """Lets an entry fail, and nothing but fail."""
    return pytest.mark.xfail(raises=AssertionError, strict=True, reason=EXCUSED[name])


@pytest.fixture(autouse=True)
def _terms_as_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets rdflib read literals as they are written, not in their shortest form."""
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service in a process of its own."""
    with starter(tmp_path_factory.mktemp("suites")) as start, start("none", **ORDINARY).client() as client:
        yield Service(client)


def not_run(text: str) -> list[type[Refused]]:
    """What may become of a well-formed text: LOAD and SERVICE are not allowed, and no graph is there to be dropped."""
    return [Refused] if re.search(r"\b(LOAD|SERVICE|DROP GRAPH)\b", text, re.I) else []


def is_taken(text: str, run: Callable[[str], object]) -> bool:
    """Whether the text is taken for SPARQL."""
    try:
        run(text)
    except Malformed:
        return False
    return True


def check(entry: Entry, store: Store) -> None:
    """Raises AssertionError where the store does not do what the entry wants."""
    text = entry.request.text
    match entry.kind:
        case "PositiveSyntaxTest":
            with contextlib.suppress(*not_run(text)):
                store.query(text, f"{JSON}, {TURTLE}")
        case "NegativeSyntaxTest":
            assert not is_taken(text, lambda t: store.query(t, f"{JSON}, {TURTLE}"))
        case "PositiveUpdateSyntaxTest":
            with contextlib.suppress(*not_run(text)):
                store.update(text)
        case "NegativeUpdateSyntaxTest":
            assert not is_taken(text, store.update)
        case "UpdateEvaluationTest":
            store.hold(entry.data)
            store.update(with_base(entry.request, "BASE <{}>\n"))
            after = [(None, f) for f in entry.after.default] + list(entry.after.named)
            compare(read_quads(store.quads()), quads((name, read_graph(file)) for name, file in after))
        case _:
            store.hold(entry.data)
            assert entry.result is not None
            ordered = is_ordered(text) and entry.name not in UNORDERED
            for accept in ACCEPTS.get(entry.result.path.suffix, ACCEPTS["others"]):
                body, media_type = store.query(with_base(entry.request, "BASE <{}>\n"), accept)
                compare(read(body, media_type), expected(entry.result), ordered=ordered, lax=entry.lax)


@pytest.mark.parametrize("name", [pytest.param(n, marks=excuse(n)) if n in EXCUSED else n for n in ENTRIES] or ["all"])
def test_the_service_does_what_the_suite_wants(name: str, service: Service) -> None:
    check(ENTRIES[name], service)


@pytest.mark.parametrize("name", sorted(ENGINE))
def test_an_excused_entry_fails_at_the_engine_by_itself_too(name: str) -> None:
    with pytest.raises(AssertionError):
        check(ENTRIES[name], Engine())


@pytest.mark.parametrize("name", sorted(POLICY))
def test_what_is_refused_on_purpose_is_refused_for_that(name: str, service: Service) -> None:
    with pytest.raises(Refused, match=r"403.*SERVICE"):
        check(ENTRIES[name], service)
