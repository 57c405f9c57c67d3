"""Settings are documented, read from the environment, bounded and kept secret where they are secrets."""

from pathlib import Path

import pytest
from pydantic import ValidationError
from pydantic_settings import BaseSettings

from api.settings import Settings

ENVIRONMENT = {
    "HOST": ("0.0.0.0", "0.0.0.0"),  # noqa: S104 - only read, nothing listens
    "PORT": ("8001", 8001),
    "STORE": ("kg", Path("kg")),
    "TEXTS": ("texts", Path("texts")),
    "DATA": ("none", "none"),
    "BASE": ("https://graph.example/", "https://graph.example/"),
    "TOKENS": ("ada:12345678, bo:abcdefgh", ("ada:12345678", "bo:abcdefgh")),
    "UNION_DEFAULT_GRAPH": ("false", False),
    "RAW_RDF": ("true", True),
    "CORS_ORIGINS": ("https://a.example,https://b.example", ("https://a.example", "https://b.example")),
    "QUERY_TIMEOUT": ("2.5", 2.5),
    "QUERY_MEMORY": ("512", 512),
    "QUERY_ROWS": ("10", 10),
    "QUERY_BYTES": ("2048", 2048),
    "QUERY_LENGTH": ("1000", 1000),
    "QUERY_DEPTH": ("10", 10),
    "QUERY_QUEUE": ("3", 3),
    "URL_LENGTH": ("2000", 2000),
    "BODY_LENGTH": ("3000", 3000),
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
        ("query_timeout", "0"),
        ("query_depth", "501"),
        ("query_queue", "33"),
        ("url_length", "65001"),
        ("log_level", "loud"),
        ("tokens", "ada:short"),
        ("tokens", ":12345678"),
        ("nonsense", "1"),
    ],
)
def test_impossible_settings_are_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(**{name: value})  # type: ignore[arg-type]
    assert name in str(refused.value)


def test_settings_are_fixed_once_made() -> None:
    settings: BaseSettings = Settings()
    with pytest.raises(ValidationError):
        settings.port = 1  # type: ignore[attr-defined]
