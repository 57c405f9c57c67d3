"""What the text of a query tells, however its strings end."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.sparql_text import code

ORACLE = re.compile(
    r'"""(?:[^\\]|\\.)*?"""|\'\'\'(?:[^\\]|\\.)*?\'\'\'|"(?:[^"\\\n\r]|\\.)*"|\'(?:[^\'\\\n\r]|\\.)*\''
    r'|(<)[^<>"{}|^`\\\x00-\x20]*>|#[^\n\r]*',
    re.S,
)
"""Strings, IRIs and comments as one expression, which looks for the end of each string anew."""
PIECES = st.sampled_from(
    ['"', "'", '"""', "'''", "\\", '\\"', "\\'", "<", ">", "<a:b>", "#", "\n", "\r", " ", "a", "{", "}"]
)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_strings_iris_and_comments_are_left_out(text: str) -> None:
    assert code(text) == ORACLE.sub(lambda match: "<>" if match[1] else " ", text)


@pytest.mark.parametrize("piece", ['\\"', "\\'", '\\"""', "\\'''", '"\\', "<a", "''\n\"", '"#\n', "'\"\n\\"])
@pytest.mark.parametrize("begin", ["", '"', "'", '"""', "'''"])
def test_a_string_that_never_ends_takes_no_more_time_than_one_that_does(begin: str, piece: str) -> None:
    text = begin + piece * 50_000
    began = time.perf_counter()
    code(text)
    assert time.perf_counter() - began < 2
