"""PLOVER records: versions are told apart, several actors stay together, and what is no event says why."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from graph.exceptions import FormatError
from graph.importing.codes import Codes
from graph.importing.events import Event, Mention, Options, Record
from graph.importing.files import SourceFile
from graph.importing.formats.plover import FORMAT
from graph.importing.plover_codes import MODES, codes
from ontology import Kind

GOLD = "gold/plover-gsr/PLOVER_GSR_CAMEO.shared.json"
CONVERTED = "icews-raw/ICEWS-to-PLOVER_sample_output.jsonl"


def read(path: Path) -> list[Record]:
    return list(FORMAT.read(SourceFile.of(path), Options()))


def record(tmp_path: Path, **fields: Any) -> Record:
    """The record of these fields, beside a date, an actor and a type."""
    path = tmp_path / "records.jsonl"
    told = {"id": "r-1", "date": "2031-04-05", "event": "ACCUSE", "actor": [{"code": "NOR"}], **fields}
    path.write_text(json.dumps({k: v for k, v in told.items() if v is not None}))
    (found,) = read(path)
    return found


def event(tmp_path: Path, **fields: Any) -> Event:
    found = record(tmp_path, **fields)
    assert found.reason is None
    (only,) = found.events
    return only


NORWAY = Mention("NOR", None, "iso3166-1-alpha3:NOR", ("iso3166-1-alpha3:NOR",))


@pytest.mark.parametrize(
    ("type", "modes", "draft", "expected"),
    [
        ("CONSULT", [], False, ["plover-2021:CONSULT"]),
        ("CONSULT", ["visit"], False, ["plover-2021:CONSULT-visit"]),
        (
            "CONSULT",
            ["multilateral", "visit"],
            False,
            ["plover-2021:CONSULT-visit", "plover-2021:CONSULT-multilateral"],
        ),
        ("ASSAULT", ["primitive", "beat"], False, ["plover-2021:ASSAULT-beat", "plover-2021:ASSAULT-primitive"]),
        ("DEMAND", [], True, ["plover-2021:REQUEST", "plover-2016:DEMAND"]),
        ("DISAPPROVE", [], True, ["plover-2021:ACCUSE-disapprove", "plover-2016:DISAPPROVE"]),
        ("INVESTIGATE", [], True, ["plover-2021:ACCUSE-investigate", "plover-2016:INVESTIGATE"]),
        ("FIGHT", ["assassinate"], True, ["plover-2021:ASSAULT", "plover-2016:FIGHT-assassinate"]),
        ("FIGHT", ["explosives"], True, ["plover-2021:ASSAULT-explosives", "plover-2016:FIGHT-explosives"]),
        ("REJECT", [" not: so "], False, ["plover-2021:REJECT-not_so"]),
    ],
)
def test_codes_say_version_type_and_mode(type: str, modes: list[str], draft: bool, expected: list[str]) -> None:
    assert list(codes(type, modes, draft=draft)) == expected


def test_every_type_with_every_mode_leads_to_a_relation() -> None:
    known = Codes()
    for type, modes in MODES.items():
        for mode in ["", *modes]:
            first = codes(type, [mode])[0]
            assert known.relation(first) is not None, first
    assert known.relation("plover-2021:CONSULT-visit") == ("visits", True)
    assert known.relation("plover-2021:CONSULT-multilateral") == ("consults", False)


def test_a_dyad_has_subject_object_date_and_record(tmp_path: Path) -> None:
    found = event(
        tmp_path, recipient=[{"entity_text": "Sudland's rebels", "code": "SUD", "sector": "REB"}], mode=["allege"]
    )
    assert found == Event(
        codes=("plover-2021:ACCUSE-allege",),
        record="r-1",
        when="2031-04-05",
        subject=NORWAY,
        object=Mention("Sudland's rebels", None, "iso3166-1-alpha3:SUD"),
    )


A, B, C, D = ({"actorText": name} for name in "ABCD")


@pytest.mark.parametrize(
    ("source", "target", "subject", "object", "parties", "recipients"),
    [
        ([A], [B], "A", "B", "", ""),
        ([A, B], None, None, None, "AB", ""),
        ([A, B], [], None, None, "AB", ""),
        ([A], [B, C], "A", None, "BC", ""),
        ([A, B], [C], None, "C", "AB", ""),
        ([A, B], [C, D], None, None, "AB", "CD"),
        ([A, A], [B], "A", "B", "", ""),
        ([], [B], None, "B", "", ""),
        ([], [B, C], None, None, "", "BC"),
        ([A], "", "A", None, "", ""),
        (A, B, "A", "B", "", ""),
    ],
)
def test_several_actors_stay_together_in_one_event(
    tmp_path: Path, source: Any, target: Any, subject: str | None, object: str | None, parties: str, recipients: str
) -> None:
    found = event(tmp_path, actor=None, source=source, target=target)
    assert found.subject == (Mention(subject) if subject else None)
    assert found.object == (Mention(object) if object else None)
    assert [m.name for m in found.parties] == list(parties)
    assert [(role, m.name) for role, m in found.roles] == [("recipient", n) for n in recipients]


@pytest.mark.parametrize(
    ("entity", "expected"),
    [
        ({"code": "NOR"}, NORWAY),
        ({"code": "NOR", "actorText": "Oslo"}, NORWAY._replace(name="Oslo")),
        ({"code": "NOR", "sector": "GOV"}, Mention("NOR GOV", None, "iso3166-1-alpha3:NOR")),
        ({"code": "IGO", "entity_text": "UN"}, Mention("UN", Kind.INTERGOVERNMENTAL_ORGANISATION)),
        (
            {"entity_text": "Islamists", "identifier_id": "https://www.wikidata.org/wiki/Q2429253"},
            Mention("Islamists", codes=("wikidata:Q2429253",)),
        ),
        ({"entity_text": "Somebody", "code": "?", "age": 40}, Mention("Somebody")),
    ],
)
def test_who_acts_is_named_as_the_record_names_them(tmp_path: Path, entity: Any, expected: Mention) -> None:
    assert event(tmp_path, actor=[entity]).subject == expected


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"event": "DOCUMENT"}, "event: 'DOCUMENT' tells of the file"),
        ({"event": ""}, "event: is missing"),
        ({"event": {"a": 1}}, "event: {'a': 1} is neither"),
        ({"date": "2031-13-01"}, "date: '2031-13-01' is no date"),
        ({"enddate": "2031-04-04"}, "enddate: '2031-04-04' and date '2031-04-05' are no interval"),
        ({"actor": None}, "actor: is missing"),
        ({"actor": ["NOR"]}, "actor: 'NOR' is no actor"),
        ({"actor": [{"code": ["NOR"]}]}, "actor: {'code': ['NOR']} is no actor"),
        ({"id": [1]}, "id: [1] is neither text nor number"),
        ({"tertius": []}, "tertius: [] is no object"),
        ({"tertius": {"relation": "mediate"}}, "tertius: unknown relation 'mediate'"),
        ({"tertius": {"when": "soon"}}, "tertius: 'soon' is not a date"),
        ({"tertius": {"when": 2031}}, "tertius: when 2031 is no text"),
        ({"tertius": {"codes": [7]}}, "tertius: codes [7] are no texts"),
        ({"tertius": {"subject": {"code": "NOR", "codes": "Q1"}}}, "has codes or a kind that are none"),
        ({"tertius": {"confidence": True}}, "tertius: confidence True is no number"),
        ({"tertius": {"colour": "red"}}, "unexpected keyword argument 'colour'"),
    ],
)
def test_what_is_no_event_says_which_field_and_value(tmp_path: Path, fields: dict[str, Any], reason: str) -> None:
    found = record(tmp_path, **fields)
    assert not found.events
    assert reason in str(found.reason)


def test_a_target_that_is_no_list_of_actors_is_noted_and_names_nobody(tmp_path: Path) -> None:
    found = event(tmp_path, target="diplomatic")
    assert (found.object, found.note) == (None, "target: 'diplomatic' is no list of actors")


def test_two_types_of_one_record_are_two_events_each_with_its_modes(tmp_path: Path) -> None:
    found = record(tmp_path, event=["ACCUSE", "REJECT"], mode=["allege", "meet"])
    assert [e.codes for e in found.events] == [("plover-2021:ACCUSE-allege",), ("plover-2021:REJECT-meet",)]
    assert {e.record for e in found.events} == {"r-1"}


def test_days_are_one_or_an_interval(tmp_path: Path) -> None:
    assert event(tmp_path, enddate="2031-04-05").when == "2031-04-05"
    assert event(tmp_path, enddate="2031-04-09").when == "2031-04-05/2031-04-09"
    assert event(tmp_path, date=None).when is None


@pytest.mark.parametrize("content", ["", "[]", "a,b\n1,2\n", '{"a": 1}\n{"b": 2}'])
def test_another_file_is_refused_by_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(content)
    with pytest.raises(FormatError, match=r"other\.json holds no PLOVER record"):
        read(path)


def test_the_gold_records_give_every_event_but_the_document(shared_data: Path) -> None:
    original = json.loads((shared_data / GOLD).read_text("utf-8"))
    found = read(shared_data / GOLD)
    assert len(found) == len(original) == 114
    assert [(r.number, r.reason is None) for r in found if r.reason] == [(1, False)]
    assert sum(len(r.events) for r in found) == 113
    draft = {"DEMAND": "REQUEST", "DISAPPROVE": "ACCUSE", "INVESTIGATE": "ACCUSE", "FIGHT": "ASSAULT"}
    for told, kept in zip(original[1:], found[1:], strict=True):
        (only,) = kept.events
        assert json.loads(kept.raw) == told
        assert (only.record, only.when) == (told["id"], told["date"])
        now = draft.get(told["event"], told["event"])
        assert only.codes[0].split(":")[1].split("-")[0] == now
        mode = f"-{told['mode']}" if told.get("mode") else ""
        assert only.codes[-1] == f"plover-2016:{told['event']}{mode}"
        named = Counter(m.name for m in (only.subject, only.object, *only.parties) if m)
        lists = [v for f in ("source", "target") if isinstance(v := told.get(f), list)]
        assert named == Counter(a["actorText"] for actors in lists for a in actors)
        fields = FORMAT.fields(kept.raw, [], Options())
        assert fields["text"] == told["text"]
        assert json.loads(fields["source"]) == told["source"]


def test_objects_of_many_lines_converted_from_icews(shared_data: Path) -> None:
    found = read(shared_data / CONVERTED)
    assert [(r.reason, len(r.events)) for r in found] == [(None, 1)] * 4
    first = found[0].events[0]
    assert first.codes == ("cameo-1.1b3:141",)
    assert first.subject == Mention("Citizen (Armenia)", country="Armenia")
    assert b"".join(r.raw for r in found).count(b"\n") == 156 - 4
