"""Codes of outside schemes exist in the schemes' own lists, in the version that the mapping names."""

import re
from functools import cache
from pathlib import Path

import pytest

from ontology import vocabulary
from ontology.vocabulary import FOLDER

VOCAB = FOLDER.parent.parent / "shared" / "data" / "vocab"

needs_code_lists = [
    pytest.mark.shared,
    pytest.mark.skipif(not VOCAB.is_dir(), reason="the code lists of ../shared/data/vocab are absent"),
]


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


@cache
def cameo() -> frozenset[str]:
    """The codes of CAMEO 1.1b3."""
    return frozenset(line.split("\t")[0] for line in lines(VOCAB / "CAMEO.eventcodes.txt")[1:] if line.strip())


@cache
def crosswalk() -> list[tuple[str, str]]:
    """The event type and the mode of PLOVER 2021 that each line of the crosswalk gives, the mode empty where none."""
    table = [line for line in lines(VOCAB / "CAMEO2PLOVER-2021.txt") if re.match(r"\d+:", line)]
    fields = [[f.strip() for f in line.partition(":")[2].partition("#")[0].split(",")] for line in table]
    return [(type, mode) for type, mode, *_ in ([*f, ""] for f in fields)]


@cache
def plover() -> frozenset[str]:
    """The event types of PLOVER 2021."""
    return frozenset(type for type, _ in crosswalk())


@cache
def plover_modes() -> frozenset[str]:
    """Event types with a mode."""
    return frozenset(f"{type}-{mode}" for type, mode in crosswalk() if mode)


def mapped(scheme: str, close_only: bool = False) -> set[str]:
    """All codes of the scheme that relations lead to."""
    found = {
        c for r in vocabulary().relations.values() for c in (*r.close_match, *(() if close_only else r.broad_match))
    }
    return {c.partition(":")[2] for c in found if c.startswith(scheme + ":")}


class TestCodeLists:
    pytestmark = needs_code_lists

    def test_the_lists_were_read(self) -> None:
        assert (len(cameo()), len(plover())) == (311, 16)

    def test_every_mapped_cameo_code_exists_in_1_1b3(self) -> None:
        assert mapped("cameo-1.1b3") - cameo() == set()

    def test_every_mapped_plover_type_and_mode_exists_in_2021(self) -> None:
        assert mapped("plover-2021") - plover() - plover_modes() == set()

    def test_every_cameo_root_has_a_close_match(self) -> None:
        assert {c for c in cameo() if len(c) == 2} - mapped("cameo-1.1b3", close_only=True) == set()

    def test_every_plover_type_has_a_close_match(self) -> None:
        assert plover() - mapped("plover-2021", close_only=True) == set()


def test_reject_mediation_has_the_number_of_1_1b3_and_not_that_of_0_5b1() -> None:
    assert vocabulary().mapped("cameo-1.1b3:126") == ("rejects-mediation",)
    assert "rejects-mediation" not in vocabulary().mapped("cameo-1.1b3:125")


def test_no_scheme_has_a_code_of_its_own_for_invites_and_plover_none_for_mediates() -> None:
    assert vocabulary().relation("invites").close_match == ()
    assert vocabulary().relation("mediates").close_match == ("cameo-1.1b3:045",)


def test_mapped_schemes_are_declared_with_their_version() -> None:
    used = {c.partition(":")[0] for r in vocabulary().relations.values() for c in (*r.close_match, *r.broad_match)}
    assert used == set(vocabulary().schemes) == {"cameo-1.1b3", "plover-2021"}


def test_codes_are_text_and_keep_their_zeros() -> None:
    assert vocabulary().mapped("cameo-1.1b3:010") == ("states",)
    assert vocabulary().mapped("cameo-1.1b3:10") == ("demands",)
