"""Actors of ICEWS: what the parenthesis says, and no kind that the name does not tell."""

import pytest

from graph.importing.events import Mention
from graph.importing.formats.icews_names import icews_mention
from ontology import Kind


@pytest.mark.parametrize(
    ("name", "kind", "country"),
    [
        ("Norland", None, None),
        ("Ada Norn", None, None),
        ("Citizen (Norland)", Kind.POPULATION, "Norland"),
        ("Police (Norland)", Kind.GOVERNMENT_BODY, "Norland"),
        ("Health Ministry (Norland)", Kind.GOVERNMENT_BODY, "Norland"),
        ("Head of Government (Norland)", Kind.POST, "Norland"),
        ("Lawyer/Attorney (Norland)", None, "Norland"),
        ("Member of Legislative (Govt) (Norland)", None, "Norland"),
        ("Priest (Holy See (Vatican City State))", None, "Holy See (Vatican City State)"),
        ("Norland (People's) League", None, None),
        ("Norland (", None, None),
        ("(Norland)", None, None),
    ],
)
def test_a_name_alone(name: str, kind: Kind | None, country: str | None) -> None:
    assert icews_mention(name) == Mention(name, kind, country)


def test_a_country_that_the_table_gives_goes_before_the_parenthesis() -> None:
    assert icews_mention("Police (Norland)", ("Police",), "Kingdom of Norland").country == "Kingdom of Norland"


def test_an_intergovernmental_organisation_has_no_country_and_who_serves_it_has_one() -> None:
    sectors = ("Regional", "International Government Organization")
    assert icews_mention("Union of the North", sectors).kind is Kind.INTERGOVERNMENTAL_ORGANISATION
    assert icews_mention("Ada Norn", sectors, "Norland").kind is None
