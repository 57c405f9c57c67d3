"""MEND: lists of actors become entities, processes have third parties."""

from pathlib import Path

import pytest

from graph.exceptions import FormatError
from graph.importing.events import Mention, Options, Record
from graph.importing.files import SourceFile
from graph.importing.formats.mend import Mend
from ontology import Kind
from tests.graph.importing.agreement_data import records, rows, table, twenty

ABBR = [
    "level_0", "id_paax", "actor_type", "sub_type", "cs_type", "international", "regional", "domestic", "un_type",
    "iso3c", "country_name", "actor_id", "actor_name", "abbreviation", "alt_names",
]  # fmt: skip
ALL = ["MEND_ID", "PAAX_ID", "GW_ID", "ActorName", "actor_classification_mend", "actor_classification"]
GLOPAD = [
    "GLOPAD_ID", "PAAX_ID", "alt_id", "ActorName", "GW_ID", "actor_classification_glopad", "abbreviation",
    "display_name", "display_name_iso", "display_name_gwc",
]  # fmt: skip
PROCESSES = [
    "conflict_country", "important", "groupings_mechanisms", "start_month", "start_year", "end_month", "end_year",
    "third_party", "third_party_id_GLOPAD", "local_parties", "description",
]  # fmt: skip


def test_aliases_stay_as_they_are_printed(tmp_path: Path) -> None:
    given = dict.fromkeys(ABBR, "") | {
        "id_paax": "CON_1", "actor_type": "Country/State", "iso3c": "NOR", "actor_name": "Norland",
        "abbreviation": "NLD", "alt_names": "Norland | NORLAND || Republic Norland Ada NORN | ",
    }  # fmt: skip
    (record,) = records(Mend(), table(tmp_path / "mend.csv", ABBR, [*given.values()]))
    assert list(record.events) == []
    assert record.mentions == [
        Mention(
            "Norland", Kind.STATE, codes=("paa-x:CON_1", "iso3166-1-alpha3:NOR"),
            aliases=("NLD", "NORLAND", "Republic Norland Ada NORN"),
        )
    ]  # fmt: skip


def test_an_actor_of_a_country_has_not_its_code(tmp_path: Path) -> None:
    path = table(tmp_path / "mend.csv", ALL, ["MEND-4", "", "580", "Front", "POL", "POL"])
    assert records(Mend(), path)[0].mentions == [Mention("Front", Kind.ACTOR, "gw:580", ("mend:MEND-4",))]


def test_numbers_that_passed_through_a_spreadsheet(tmp_path: Path) -> None:
    path = table(
        tmp_path / "mend.csv",
        GLOPAD,
        ["CON_1", "CON_1", "", "Norland", "385.0", "Country/State", "", "Norland", "NOR", "NOR"],
        ["ENT_1", "ENT_1", "", "Highland", "385.0", "Entity", "", "Highland", "NOR", "NOR"],
        ["GP-2", "", "GP-9", "Envoy Office", "", "International IGO", "EO", "EO", "EO", "EO"],
    )
    assert [r.mentions for r in records(Mend(), path)] == [
        [Mention("Norland", Kind.STATE, codes=("paa-x:CON_1",))],
        [Mention("Highland", Kind.ACTOR, "gw:385", ("paa-x:ENT_1",))],
        [
            Mention(
                "Envoy Office",
                Kind.INTERGOVERNMENTAL_ORGANISATION,
                codes=("glopad:GP-2", "glopad:GP-9"),
                aliases=("EO",),
            )
        ],
    ]


def test_an_actor_without_a_name_is_rejected(tmp_path: Path) -> None:
    path = table(tmp_path / "mend.csv", ALL, ["MEND-4", "", "", " ", "", ""])
    assert records(Mend(), path)[0].reason == "the actor 'MEND-4' has no name"


def process(tmp_path: Path, *cells: str) -> Path:
    path = table(tmp_path / "groups.csv", PROCESSES, list(cells))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    return path


def test_a_process_has_third_parties_who_need_not_have_mediated(tmp_path: Path) -> None:
    path = process(
        tmp_path,
        "Norland",
        "1",
        "Norland Talks",
        "11",
        "2024",
        "",
        "",
        "Sudland; UN",
        "CON_2; IGO_49",
        "Front ; Sudland",
        "",
    )
    (record,) = records(Mend(), path)
    sudland, un = record.events
    assert (sudland.subject, un.subject) == (
        Mention("Sudland", Kind.STATE, codes=("paa-x:CON_2",)),
        Mention("UN", Kind.INTERGOVERNMENTAL_ORGANISATION, codes=("paa-x:IGO_49",)),
    )  # fmt: skip
    for event in record.events:
        assert (event.relation, event.when, event.note) == ("is-third-party-to", "2024-11/..", None)
        assert event.object == Mention("Norland Talks", Kind.PROCESS, "Norland")
        assert event.topic == Mention("Norland", Kind.STATE, "Norland")
        assert event.parties == (Mention("Front", country="Norland"), Mention("Sudland", country="Norland"))


def test_ids_that_do_not_go_with_the_names_are_left_out(tmp_path: Path) -> None:
    path = process(tmp_path, "Norland", "1", "Talks", "", "", "", "", "Sudland; UN", "CON_2", "", "")
    events = records(Mend(), path)[0].events
    assert [e.subject for e in events] == [Mention("Sudland"), Mention("UN")]
    assert events[0].note == "2 third parties with 1 ids: which belong together is not told"


@pytest.mark.parametrize(
    ("cells", "when", "note"),
    [
        (("6", "2019", "6", "2019"), "2019-06", None),
        (("", "2019", "6", "2020"), "2019/2020-06", None),
        (("", "", "6", "2020"), "/2020-06", None),
        (("", "", "", ""), None, None),
        (("13", "2019", "", ""), None, "start '13' '2019' is no month and year"),
        (("5", "", "", ""), None, "start_month '5' has no year"),
        (("6", "2020", "5", "2020"), None, "start 2020-06 is after end 2020-05"),
    ],
)
def test_times_of_processes(tmp_path: Path, cells: tuple[str, ...], when: str | None, note: str | None) -> None:
    (event,) = records(Mend(), process(tmp_path, "Norland", "1", "Talks", *cells, "UN", "IGO_49", "", ""))[0].events
    assert (event.when, event.note) == (when, note)


def test_a_header_of_none_of_the_lists_is_refused_by_the_likest(tmp_path: Path) -> None:
    path = table(tmp_path / "mend.csv", [*ALL[:3], "Name", *ALL[4:]], ["a"] * 6)
    with pytest.raises(FormatError, match="missing ActorName; not known there: Name"):
        records(Mend(), path)


@pytest.mark.shared
class TestReleased:
    """The tables in ../shared/data."""

    @pytest.fixture
    def folder(self, shared_data: Path) -> Path:
        return shared_data / "mediation" / "mend"

    @pytest.mark.parametrize(
        ("name", "column", "count"),
        [
            ("actors_abbr.csv", "actor_name", 1354),
            ("mend_all_actors.csv", "ActorName", 1217),
            ("countries.csv", "ActorName", 862),
        ],
    )
    def test_every_actor_is_an_entity(self, folder: Path, name: str, column: str, count: int) -> None:
        found, there = records(Mend(), folder / name), rows(folder / name)
        assert len(found) == len(there) == count
        assert [r.mentions[0].name for r in found] == [" ".join(r[column].split()) for r in there]
        assert not any(r.events or r.reason for r in found)
        format, header = Mend(), Mend().header(SourceFile.of(folder / name).head())
        for record, row in twenty(found, folder / name):
            assert format.fields(record.raw, header, Options()) == row
            (mention,) = record.mentions
            id = next(row[c] for c in ("id_paax", "MEND_ID", "GLOPAD_ID") if c in row)
            assert mention.codes[0].partition(":")[2] == id
            printed = " ".join(f"{row.get('alt_names', '')} {row.get('abbreviation', '')}".split())
            assert all(alias in printed for alias in mention.aliases)

    def test_every_process_is_told_of_each_third_party(self, folder: Path) -> None:
        path = folder / "groups_last_last.sudan.csv"
        found, there = records(Mend(), path), rows(path)
        assert len(found) == len(there) == 33
        for record, row in zip(found, there, strict=True):
            thirds = list(zip(row["third_party"].split("; "), row["third_party_id_GLOPAD"].split("; "), strict=True))
            assert [
                (e.subject.name, e.subject.codes[0].partition(":")[2]) for e in record.events if e.subject
            ] == thirds
            parties = [" ".join(p.split()) for p in row["local_parties"].split(";") if p.strip()]
            starts = f"{row['start_year']}-{row['start_month'].zfill(2)}" if row["start_year"] else ""
            for event in record.events:
                assert [p.name for p in event.parties] == parties
                assert (event.when or "").startswith(starts)
                assert (event.when is None) == (starts == "")


EVENTS = [
    "med_event_ID", "conflict_country", "med_location - MULTISELECT", "med_loc_cty", "Day", "Month", "Year",
    "third_party", "third_party_id_MEND", "groupings_mechanisms", "local_parties", "Summary", "med_type",
]  # fmt: skip


def of_events(tmp_path: Path, **cells: str) -> Record:
    row = dict.fromkeys(EVENTS, "") | {
        "med_event_ID": "NRL203104-1", "conflict_country": "Norland", "Day": "6", "Month": "1", "Year": "2031",
        "third_party": "Envoy Office; Sudland", "third_party_id_MEND": "IGO_990;CON_606", "local_parties": "Front",
        "Summary": 'They met, "twice",\nand talked.', "med_type": "M",
    }  # fmt: skip
    (found,) = records(Mend(), table(tmp_path / "mend.csv", EVENTS, [*(row | cells).values()]))
    return found


def test_a_mediation_is_mediated_by_each_third_party(tmp_path: Path) -> None:
    place = {"med_location - MULTISELECT": "Northgate, Norland", "med_loc_cty": "NRL"}
    found = of_events(tmp_path, groupings_mechanisms="Norn Process", **place)
    office = Mention("Envoy Office", Kind.INTERGOVERNMENTAL_ORGANISATION, codes=("paa-x:IGO_990",))
    assert [e.subject for e in found.events] == [office, Mention("Sudland", Kind.STATE, codes=("paa-x:CON_606",))]
    for e in found.events:
        assert (e.relation, e.record, e.when, e.codes) == ("mediates", "NRL203104-1", "2031-01-06", ("mend:M",))
        assert e.parties == (Mention("Front", country="Norland"),)
        assert e.object == Mention("Norn Process", Kind.PROCESS, "Norland")
        assert e.place == Mention("Northgate, Norland", Kind.PLACE, "iso3166-1-alpha3:NRL")


def test_what_is_related_to_a_mediation_is_none(tmp_path: Path) -> None:
    found = of_events(tmp_path, med_type="MR", third_party="Sudland", third_party_id_MEND="NM", Day="", Month="")
    (event,) = found.events
    assert (event.relation, event.subject, event.when) == ("is-third-party-to", Mention("Sudland"), "2031")


@pytest.mark.parametrize(
    ("cells", "note"),
    [
        ({"Day": "31", "Month": "2"}, "Year '2031', Month '2', Day '31' are no date"),
        ({"Month": ""}, "Year '2031', Month '', Day '6' are no date"),
        ({"third_party_id_MEND": "IGO_990"}, "2 third parties with 1 ids: which belong together is not told"),
    ],
)
def test_what_an_event_tells_wrongly_is_noted(tmp_path: Path, cells: dict[str, str], note: str) -> None:
    assert {e.note for e in of_events(tmp_path, **cells).events} == {note}


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"med_type": "X"}, "med_type is 'X': read are M, MR"),
        ({"third_party": " ; "}, "third_party is empty: nobody takes part"),
        ({"med_event_ID": ""}, "med_event_ID is '': the event has no id"),
    ],
)
def test_an_event_that_says_nothing(tmp_path: Path, cells: dict[str, str], reason: str) -> None:
    assert of_events(tmp_path, **cells).reason == reason
