"""Codes are text, lead to the relation that says no more than they do, and keep or regain their zeros for certain."""

import csv
import re
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from graph.importing.codes import CAMEO, PLOVER, Codes, Mapped, fault, icews_codes, with_zero
from ontology import vocabulary

codes = Codes()


@pytest.mark.parametrize(
    ("code", "mapped"),
    [
        (f"{CAMEO}:045", Mapped("mediates", True)),
        (f"{CAMEO}:042", Mapped("visits", True)),
        (f"{CAMEO}:043", Mapped("receives", True)),
        (f"{CAMEO}:057", Mapped("signs-agreement-with", True)),
        (f"{CAMEO}:010", Mapped("states", True)),
        (f"{CAMEO}:10", Mapped("demands", True)),
        (f"{CAMEO}:108", Mapped("demands-mediation", True)),
        (f"{CAMEO}:105", Mapped("demands", False)),
        (f"{CAMEO}:165", Mapped("halts-mediation", True)),
        (f"{CAMEO}:0841", Mapped("yields-to", False)),
        (f"{CAMEO}:1213", Mapped("rejects", False)),
        (f"{PLOVER}:CONSULT", Mapped("consults", True)),
        (f"{PLOVER}:CONSULTS", None),
        (f"{CAMEO}:2", None),
        ("cameo-0.5b1:125", None),
    ],
)
def test_a_code_leads_to_its_relation_or_to_that_of_the_nearest_wider_code(code: str, mapped: Mapped | None) -> None:
    assert codes.relation(code) == mapped


def test_a_relation_that_says_more_than_the_code_is_not_taken() -> None:
    assert f"{CAMEO}:026" in vocabulary().relation("invites").broad_match
    assert codes.relation(f"{CAMEO}:026") == Mapped("urges-talks", True)


def test_no_code_is_the_close_match_of_two_relations() -> None:
    close = [c for r in vocabulary().relations.values() for c in r.close_match]
    assert sorted(close) == sorted(set(close))


@pytest.mark.parametrize("code", ["010", "0841", "03", "100", "112", "1121", "200", "2042"])
def test_a_code_is_one(code: str) -> None:
    assert fault(code, "Code") is None


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("10", "may be the root 10 or 010 without its zero: export codes as text"),
        ("20", "may be the root 20 or 020 without its zero: export codes as text"),
        ("45", "roots are 01 to 20: is it 045 without its zero? Export codes as text"),
        ("841", "roots are 01 to 20: is it 0841 without its zero? Export codes as text"),
        ("2101", "is no CAMEO code: roots are 01 to 20"),
        ("001", "is no CAMEO code: roots are 01 to 20"),
        ("4", "those have two to four digits"),
        ("01111", "those have two to four digits"),
        ("---", "those have two to four digits"),
        ("", "those have two to four digits"),
        ("٠١٠", "those have two to four digits"),
    ],
)
def test_what_is_no_code_for_certain_is_refused_with_the_reason(code: str, reason: str) -> None:
    found = fault(code, "EventCode")
    assert found is not None
    assert found.startswith(f"EventCode {code!r}")
    assert found.endswith(reason)


ROOTS = st.integers(1, 20).map(lambda n: f"{n:02}")


@given(root=ROOTS, rest=st.text("0123456789", min_size=1, max_size=2), lost=st.booleans(), short=st.booleans())
def test_a_root_gives_a_code_its_zero_back(root: str, rest: str, lost: bool, short: bool) -> None:
    code = root + rest
    assume(fault(str(int(code)), "") is not None or root > "09")  # no code of root 01 or 02 reads as another one
    seen = str(int(code)) if lost else code
    assert with_zero(seen, str(int(root)) if short else root) == code


def test_a_root_that_contradicts_the_code_gives_nothing() -> None:
    assert with_zero("046", "5") is None
    assert with_zero("112", "1") is None
    assert with_zero("10", "10") == "10"
    assert with_zero("10", "1") == "010"


def listed(path: Path) -> dict[str, str]:
    if not path.is_file():
        pytest.skip(f"{path} is absent")
    rows = (line.split("\t") for line in path.read_text("utf-8").splitlines()[1:] if line.strip())
    return {code: label.strip() for code, label in rows}


@pytest.mark.shared
def test_every_code_of_cameo_has_a_relation_that_two_actors_can_stand_in(shared_data: Path) -> None:
    every = listed(shared_data / "vocab" / "CAMEO.eventcodes.txt")
    assert len(every) == 311
    for code in every:
        assert fault(code, "Code") is None or len(code) == 2
        mapped = codes.relation(f"{CAMEO}:{code}")
        assert mapped is not None, code
        frame = vocabulary().relation(mapped.relation).frame
        given_slots = {"subject", "parties"} if mapped.relation == "mediates" else {"subject", "object"}
        assert frame.requires <= given_slots, mapped
        assert not frame.requires_any or frame.requires_any & given_slots, mapped
        kinds = frame.party_kinds if mapped.relation == "mediates" else frame.object_kinds
        assert "state" in kinds, mapped


@pytest.mark.shared
def test_every_type_of_plover_has_a_relation(shared_data: Path) -> None:
    path = shared_data / "vocab" / "CAMEO2PLOVER-2021.txt"
    types = {m[1] for m in re.finditer(r"^\d+: *([A-Z]+)", path.read_text("utf-8"), re.MULTILINE)}
    assert len(types) == 16
    assert all((codes.relation(f"{PLOVER}:{t}") or Mapped("", False)).exact for t in types)


@pytest.mark.shared
def test_labels_of_icews_have_the_codes_of_its_own_list(shared_data: Path) -> None:
    with (shared_data / "vocab" / "cameo-codes.no-examples.csv").open(encoding="mac_roman", newline="") as stream:
        own = [(r["name"], r["code"]) for r in csv.DictReader(stream) if len(r["code"]) > 2]
    assert len(own) == 292
    assert {label: icews_codes().get(label.lower()) for label, _ in own} == dict(own)


@pytest.mark.shared
def test_other_spellings_have_the_codes_of_the_icews_code_file(shared_data: Path) -> None:
    text = (shared_data / "vocab" / "ICEWS_CAMEO_codefile.txt").read_text("utf-8", "replace")
    listed = {(m[2].strip().lower(), m[1]) for m in re.finditer(r"^LABELi?: (\d+)= (.*)$", text, re.MULTILINE)}
    own = {label for label, _ in listed}
    contradicting = {(label, code) for label, code in listed if icews_codes().get(label, code) != code}
    # the code file guesses that these are appeals; ICEWS's own list and tables have them as demands
    assert {code for _, code in contradicting} == {"0251", "0252", "0253", "0254", "0256", "122"}
    assert own - set(icews_codes()) == {"demand target to allow international involvement (non-mediation)"}


@pytest.mark.shared
def test_labels_have_the_codes_that_tables_of_icews_give_beside_them(shared_data: Path) -> None:
    lines = (shared_data / "icews-raw" / "events.2018-06-01.tab").read_text("utf-8").splitlines()[1:]
    told = {(f[5], f[6]) for f in (line.split("\t") for line in lines)}
    assert len(told) > 100
    assert all(icews_codes()[label.lower()] == code for label, code in told)
