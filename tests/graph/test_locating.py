"""Offsets are those of the text, in code points, however the words are typed."""

from pathlib import Path

import pytest

from graph.exceptions import ParameterError
from graph.locating import faulty_cut, locate

TEXTS = Path(__file__).parents[2] / "data" / "norland" / "texts"
GAZETTE_1 = (TEXTS / "gazette-1.txt").read_bytes().decode()
GAZETTE_2 = (TEXTS / "gazette-2.txt").read_bytes().decode()


def test_offsets_count_code_points_and_end_exclusive() -> None:
    ((start, end),) = locate(GAZETTE_1, "Norland invited Bo Sund")
    assert (start, end) == (58, 81)  # after an emoji, which is one code point
    assert GAZETTE_1[start:end] == "Norland invited Bo Sund"


def test_every_occurrence_is_found_also_where_they_overlap() -> None:
    assert locate("a-a-a", "a-a") == [(0, 3), (2, 5)]
    assert locate("nothing here", "there") == []


@pytest.mark.parametrize("words", ["Last month's invitation", "Last\n month’s invitation", "Last month`s  invitation"])
def test_loose_words_pass_over_quotes_and_white_space(words: str) -> None:
    ((start, end),) = locate(GAZETTE_2, words, loose=True)
    assert GAZETTE_2[start:end] == "Last month’s invitation"


def test_words_are_words_not_patterns() -> None:
    assert locate("a.b (c) axb", "a.b (c)") == [(0, 7)]
    assert locate("a.b (c) axb", "a.b (c)", loose=True) == [(0, 7)]
    assert locate("axb", "a.b", loose=True) == []


def test_case_matters() -> None:
    assert locate(GAZETTE_1, "norland invited", loose=True) == []


@pytest.mark.parametrize("words", ["", " \n"])
def test_no_words_are_refused(words: str) -> None:
    with pytest.raises(ParameterError, match="nothing to look for"):
        locate(GAZETTE_1, words)


@pytest.mark.parametrize(
    ("start", "end", "fault"),
    [(0, 5, None), (0, 3, "cuts a word at 3"), (2, 5, "cuts a word at 2"), (0, 6, "white space"), (6, 11, None)],
)
def test_a_passage_that_cuts_a_word_is_told(start: int, end: int, fault: str | None) -> None:
    found = faulty_cut("first words", start, end)
    assert (found is None) if fault is None else (found is not None and fault in found)
