"""Lists in cells: taken apart where that is certain, never with a name that is not there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.importing.cells import Cell, enumerated, plain, signers, split_outside
from graph.importing.states import is_state


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("UN, Portugal", ["UN", "Portugal"]),
        ("UN, Catholic Church, Cuba, and France", ["UN", "Catholic Church", "Cuba", "France"]),
        ("Egypt (Norn), Jordan (Vance)", ["Egypt (Norn)", "Jordan (Vance)"]),
        ("OAU/OIF", ["OAU", "OIF"]),
        ("CIS Inter-Parliamentary Assembly, Russia", ["CIS Inter-Parliamentary Assembly", "Russia"]),
        ("Indonesia and France ", ["Indonesia", "France"]),
        ("Ada Norn, Bo de la Vance and Cy Holm", ["Ada Norn", "Bo de la Vance", "Cy Holm"]),
        ("World Bank, Ada Norn (Norway)", ["World Bank", "Ada Norn (Norway)"]),
        ("Bosnia and Herzegovina", ["Bosnia and Herzegovina"]),
        # An office, a place or an explanation may be what the comma separates.
        ("Ada Norn, the UN envoy", ["Ada Norn, the UN envoy"]),
        ("Ada Norn, Norway", ["Ada Norn, Norway"]),
        ("Foreign Ministers of Portugal and Indonesia", ["Foreign Ministers of Portugal and Indonesia"]),
        ("EC/UN Norn and Vance", ["EC/UN Norn and Vance"]),
        ("Contact Group (US, UK, France)", ["Contact Group (US, UK, France)"]),
        ("UN (Norn and Vance", ["UN (Norn and Vance"]),
        ("", []),
    ],
)
def test_lists_with_commas_are_taken_apart_where_every_member_is_certain(cell: str, names: list[str]) -> None:
    assert enumerated(cell) == names


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("The Government of Norland; Norland Army/Front", ("The Government of Norland", "Norland Army/Front")),
        ("For the Government of Norland: Ada Norn\r\n\r\nFor the Front: Bo Vance", ("Government of Norland", "Front")),
        ("For the Government\r\n\r\nAda Norn\r\n\r\nPour le Front\r\n\r\nBo Vance\r\n", ("Government", "le Front")),
        ("Norland, signed for by Ada Norn; Sudland, signed by Bo Vance", ("Norland", "Sudland")),
        ("(Signed)\r\nFor Norland\r\nAda Norn\r\n(Signed)\r\nFor Sudland\r\nBo Vance", ("Norland", "Sudland")),
        ("1. Norland\r\n\r\n2) Sudland", ("Norland", "Sudland")),
        ("- For Norland: Ada Norn\r\n- For Sudland: Bo Vance", ("Norland", "Sudland")),
        ("On behalf of Norland:\r\n- Ada\r\n- Bo\r\n- Cy\r\nOn behalf of Sudland:\r\n- Di", ("Norland", "Sudland")),
        ("(Signed) Ada Norn President\r\n(Signed) Bo Vance Leader", ("Ada Norn President", "Bo Vance Leader")),
        ("British government, Irish Government", ("British government", "Irish Government")),
        (
            "The Government of Ireland and the United Kingdom of Great Britain and Northern Ireland",
            ("The Government of Ireland", "the United Kingdom of Great Britain and Northern Ireland"),
        ),
        ("Government of Ireland and the Kingdom of Spain", ("Government of Ireland", "the Kingdom of Spain")),
        ("Witnessed by: Ada Norn; Bo Vance", ("Ada Norn", "Bo Vance")),
        ("The mediators:\r\n\r\nAda Norn;\r\nBo Vance;", ("Ada Norn", "Bo Vance")),
        ("Portugal (mediator), US, USSR (observers) [apparently not signatories]", ("Portugal", "US", "USSR")),
        ("Russian Federation (facilitator [by rota])", ("Russian Federation",)),
    ],
)  # fmt: skip
def test_parties_of_agreements_are_taken_apart_where_a_mark_says_so(cell: str, names: tuple[str, ...]) -> None:
    found = signers(cell)
    assert (found.names, found.whole) == (names, False)


@pytest.mark.parametrize(
    "cell",
    [
        "Norland Government, Norland Liberation Front",
        "British and Irish Governments",
        "Ada Norn\r\nBo Vance",
        "1. Ada\r\n3. Bo",
    ],
)
def test_what_may_be_several_is_kept_whole_and_says_so(cell: str) -> None:
    assert signers(cell) == Cell((" ".join(cell.split()),), whole=True)


@pytest.mark.parametrize(
    "cell",
    [
        "Not signed, parties not listed.",
        "[Signatures present on page 8, although are illegible]",
        "Agreement unsigned, meeting was chaired by the envoy",
        "Ada Norn of Norland. " * 40,
        "Ada Norn\r\n\r\nNorland\r\n\r\nBo Vance",
        "Norland; Sudland; in the presence of Ada Norn",
        "Norland; Sudland; is to join",
    ],
)
def test_a_remark_or_a_story_is_nobodys_name(cell: str) -> None:
    found = signers(cell)
    assert found.names == ()
    assert found.remark == " ".join(cell.split())


@pytest.mark.parametrize("cell", ["", "NA", "  "])
def test_an_empty_cell_names_nobody(cell: str) -> None:
    assert signers(cell) == Cell()


_TEXTS = st.lists(
    st.sampled_from([
        "Norland", "UN", "France", "Ada", "Norn", "the", "of", ",", ";", " and ", "(", ")", "[", "]", ":", "\r\n", "/",
        "For ", "signed by", "Witnessed by:", "(Signed)", " ", ".",
    ])
).map(" ".join)  # fmt: skip


@given(_TEXTS)
def test_every_word_of_a_name_stands_in_the_cell_in_that_order(cell: str) -> None:
    for name in (*signers(cell).names, *map(plain, enumerated(cell))):
        assert name.strip()
        rest = iter("".join(cell.split()))
        assert all(sign in rest for sign in "".join(name.split()))


@given(_TEXTS)
def test_splitting_loses_only_separators(cell: str) -> None:
    kept = "".join("".join(split_outside(cell, ";")).split())
    assert kept.replace(";", "").replace(".", "") .replace(",", "") == "".join(
        cell.replace(";", "").replace(".", "").replace(",", "").split()
    )  # fmt: skip


def test_states_are_known_with_and_without_their_form() -> None:
    assert all(map(is_state, ("Armenia", "the Republic of Croatia", "USSR")))
    assert not any(map(is_state, ("", "the", "Norland", "Armenia, Azerbaijan")))
