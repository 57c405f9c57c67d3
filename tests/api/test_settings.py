"""Settings are documented, read from the environment, bounded and kept secret where they are secrets."""

from pathlib import Path

import pytest
from pydantic import ValidationError
from pydantic_settings import BaseSettings

from api.app import open_graph
from api.settings import Settings
from graph.exceptions import StoreFormatError

SHA_256 = "ef797c8118f02dfb649607dd5d3f8c7623048c9c063d532cc95c5ed7a898a64f"  # of 12345678
ENVIRONMENT = {
    "HOST": ("0.0.0.0", "0.0.0.0"),  # noqa: S104 - only read, nothing listens
    "PORT": ("8001", 8001),
    "STORE": ("kg", Path("kg")),
    "TEXTS": ("/", Path("/")),
    "DATA": ("none", "none"),
    "BASE": ("https://graph.example/", "https://graph.example/"),
    "TOKENS": (f"ada:12345678, bo:sha256:{'AB' * 32}", (f"ada:sha256:{SHA_256}", f"bo:sha256:{'ab' * 32}")),
    "UNION_DEFAULT_GRAPH": ("false", False),
    "RAW_RDF": ("true", True),
    "CORS_ORIGINS": ("https://a.example,https://b.example", ("https://a.example", "https://b.example")),
    "QUERY_TIMEOUT": ("2.5", 2.5),
    "QUERY_MEMORY": ("512", 512),
    "QUERY_ROWS": ("10", 10),
    "QUERY_BYTES": ("2048", 2048),
    "QUERY_LENGTH": ("1000", 1000),
    "QUERY_DEPTH": ("10", 10),
    "QUERY_WORKERS": ("4", 4),
    "QUERY_QUEUE": ("3", 3),
    "QUERY_QUEUE_EACH": ("2", 2),
    "QUERY_WAIT": ("1.5", 1.5),
    "UPDATE_TIMEOUT": ("30", 30),
    "URL_LENGTH": ("2000", 2000),
    "BODY_LENGTH": ("3000", 3000),
    "BODY_TIMEOUT": ("20", 20),
    "CONNECTIONS": ("50", 50),
    "CONNECTIONS_EACH": ("5", 5),
    "TRUSTED_PROXIES": ("192.0.2.1, 192.0.2.2", ("192.0.2.1", "192.0.2.2")),
    "WRITE_LENGTH": ("4000", 4000),
    "WRITE_WAIT": ("0.5", 0.5),
    "CREATOR": ("The Institute of Norland", "The Institute of Norland"),
    "CITATION_BYTES": ("4096", 4096),
    "CITATION_ROOM": ("0", 0),
    "TABLE_ROWS": ("1000", 1000),
    "NETWORK_EDGES": ("5", 5),
    "MEASURE_TIMEOUT": ("3.5", 3.5),
    "MEASURE_ROOM": ("7", 7),
    "KEEP_CITED": ("5", 5),
    "LOG_LEVEL": ("debug", "debug"),
}


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"TERTIUS_{name.upper()}", raising=False)


def test_every_setting_has_a_meaning() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert field.description.endswith(".")


def test_every_setting_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {name.upper() for name in Settings.model_fields} == ENVIRONMENT.keys()
    for name, (text, _) in ENVIRONMENT.items():
        monkeypatch.setenv(f"TERTIUS_{name}", text)
    assert Settings().model_dump() == {name.lower(): value for name, (_, value) in ENVIRONMENT.items()}


def test_an_empty_variable_is_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ENVIRONMENT:
        monkeypatch.setenv(f"TERTIUS_{name}", "")
    assert Settings() == Settings.model_construct()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "70000"),
        ("base", "https://graph.example"),
        ("base", "graph/"),
        ("base", "https://graph.example/#/"),
        ("base", "https://graph.example/?a=/"),
        ("base", "https://graph.example/a b/"),
        ("base", "https://[graph]/"),
        ("texts", "/no/such/folder"),
        ("query_timeout", "0"),
        ("query_depth", "501"),
        ("query_queue", "1001"),
        ("url_length", "65001"),
        ("log_level", "loud"),
        ("tokens", "ada:short"),
        ("tokens", ":12345678"),
        ("tokens", "12345678"),
        ("tokens", "a b:12345678"),
        ("tokens", "ada:1234567\u00e9"),
        ("tokens", "ada:sha256:12345678"),
        ("write_wait", "0"),
        ("nonsense", "1"),
    ],
)
def test_impossible_settings_are_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(**{name: value})  # type: ignore[arg-type]
    assert name in str(refused.value)


def test_a_new_store_gets_its_base_and_keeps_it(tmp_path: Path) -> None:
    ours = "http://[::1]:8000/a%20b/"
    for given in (ours, None, ours):
        with open_graph(Settings(store=tmp_path / "kg", base=given, data="none")) as kg:
            assert kg.iris.base == ours
    with pytest.raises(StoreFormatError, match="was created with the base IRI"):
        open_graph(Settings(store=tmp_path / "kg", base="https://other.example/", data="none"))


def test_a_secret_is_kept_only_as_its_hash() -> None:
    settings = Settings(tokens="ada:open-sesame")
    assert "open-sesame" not in f"{settings!r} {settings.model_dump()} {vars(settings)}"
    assert "tokens" not in repr(settings)
    with pytest.raises(ValidationError) as refused:
        Settings(tokens="ada:open-sesame,bo:hush")
    assert "open-sesame" not in str(refused.value)
    assert "hush" not in str(refused.value)


def test_settings_are_fixed_once_made() -> None:
    settings: BaseSettings = Settings()
    with pytest.raises(ValidationError):
        settings.port = 1  # type: ignore[attr-defined]
