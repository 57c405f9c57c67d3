"""Quotes come from the very text that was coded, or not at all."""

import shutil
from pathlib import Path

import pytest

from api.texts import Texts
from graph import KnowledgeGraph
from graph.exceptions import InputErrors
from graph.sources import Source
from tests.api.services import NORLAND, ROOT, TALKS, client_of

SEED = ROOT.parent / "shared" / "seed"
shared = pytest.mark.skipif(not SEED.is_dir(), reason="the article lies beside the repository, and not here")


def test_a_data_set_shipped_with_its_texts_is_quoted(tmp_path: Path) -> None:
    with client_of(NORLAND) as client:
        quotes = [i["quote"] for i in client.get("/statements").json()["items"]]
    assert "Westmark mediated between Norland and Sudland throughout 2030" in quotes
    assert all(quotes)


def test_without_the_text_there_is_no_quote(talks_quotes: list[str | None]) -> None:
    assert set(talks_quotes) == {None}


@pytest.fixture
def talks_quotes() -> list[str | None]:
    with client_of(TALKS) as client:
        return [i["quote"] for i in client.get("/statements").json()["items"]]


@shared
@pytest.mark.shared
def test_the_users_own_copy_is_quoted() -> None:
    text = (SEED / "article.txt").read_text(encoding="utf-8")
    with client_of(TALKS, texts=SEED) as client:
        items = client.get("/statements", params={"source": "article"}).json()["items"]
        quoted = client.get("/statements.csv", params={"limit": 1}).text
    assert items
    for item in items:
        assert item["quote"] == text[item["start"] : item["end"]]
    assert items[0]["quote"] in quoted


def test_a_text_of_another_hash_stops_the_service_before_it_answers(tmp_path: Path) -> None:
    (tmp_path / "article.txt").write_text("Another text altogether.", encoding="utf-8")
    with pytest.raises(InputErrors, match=r"article\.txt"), client_of(TALKS, texts=tmp_path):
        pass


def test_a_text_of_another_hash_is_never_quoted(tmp_path: Path) -> None:
    texts = tmp_path / "texts"
    shutil.copytree(NORLAND / "texts", texts)
    (texts / "gazette-1.txt").write_text("x" * 1000, encoding="utf-8")
    with KnowledgeGraph(tmp_path / "store") as kg:
        kg.load(NORLAND)
        with client_of("none", graph=kg, texts=texts) as client:
            items = client.get("/statements").json()["items"]
    assert {item["quote"] is None for item in items if item["source"] == "gazette-1"} == {True}
    assert {item["quote"] is None for item in items if item["source"] == "gazette-2"} == {False}


def test_offsets_count_code_points(tmp_path: Path) -> None:
    text = (NORLAND / "texts" / "gazette-1.txt").read_text(encoding="utf-8")
    source = Source.model_validate(
        {
            "id": "gazette-1",
            "title": "x",
            "kind": "article",
            "file": "gazette-1.txt",
            "sha256": "468a7be61fd2cc4c5b6744861f88e9932c087e1b7bfc40f44fa6d6c1b66ed67e",
        }
    )
    dove = text.index("🕊")
    assert Texts(NORLAND / "texts").quote(source, dove, dove + 7) == "🕊 Talks"
    assert Texts(tmp_path, NORLAND / "texts").quote(source, 0, 3) == "The"
    assert Texts().quote(source, 0, 3) is None
    assert Texts(tmp_path).quote(source, 0, 3) is None
