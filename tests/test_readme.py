"""The README's examples exist, run and give what it shows."""

import json
import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.S)


@pytest.fixture(scope="module")
def client():  # type: ignore[no-untyped-def]
    with TestClient(create_app(Settings(store=None, data=None, texts=None))) as client:
        yield client


def test_answer_shown_is_the_answer_given(client: TestClient) -> None:
    (shown,) = blocks("json")
    assert json.loads(shown) == client.get("/who/invites?object=Mirzoyan").json()["answers"][0]


def test_table_shows_every_mediator_once(client: TestClient) -> None:
    address = re.search(r"http://127\.0\.0\.1:8000(/who/\S+)'", README)
    assert address is not None
    answers = client.get(address[1]).json()["answers"]
    table = re.findall(r"^\| ([^|]+) \| [^|]+ \| (\w+)[^|]* \| the article \|$", README, re.M)
    assert [(s.strip("*"), m) for s, m in table] == [(a["subject"]["label"], *a["modalities"]) for a in answers]


def test_python_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (program,) = blocks("python")
    exec(compile(program, "README.md", "exec"), {})  # noqa: S102 - our own example
    assert capsys.readouterr().out.count("azerbaijan objects-to") == 2


def test_paths_and_links_exist(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    named = re.findall(r"^\| `(/[a-z]+)", README, re.M)
    assert all(any(path.startswith(name) for path in paths) for name in named)
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]
    assert [link for link in links if not (ROOT / link).exists()] == []
