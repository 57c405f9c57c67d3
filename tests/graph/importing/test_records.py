"""Whatever a record says can be asked of the statement that was made of it, field by field, in every format."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from graph import KnowledgeGraph, Statement
from graph.exceptions import NoRecordError, NotFoundError
from graph.importing import Options
from graph.importing.formats.gdelt import VERSION_1, VERSION_2
from graph.importing.formats.polecat import COLUMNS
from graph.importing.registry import formats
from tests.graph.importing import test_civil_war_mediation as civil_war_mediation
from tests.graph.importing import test_gdelt as gdelt
from tests.graph.importing import test_mapped as mapped
from tests.graph.importing import test_mend as mend
from tests.graph.importing import test_pa_x as pa_x
from tests.graph.importing import test_paa_x as paa_x
from tests.graph.importing import test_polecat as polecat
from tests.graph.importing.tables import ROW, delimited, icews

Rows = list[dict[str, str]]
Made = tuple[bytes, Rows, Options]
NAMES = {"entities.txt": "Norland\t0\nSudland\t1\n", "relations.txt": "Make a visit\t0\nMediate\t1\n"}
CODES = {"entities.txt": "NORLAND (NRL)\t0\nSUDLAND\t1\n", "relations.txt": "042\t0\n045\t1\n"}
TKG = ("subject", "relation", "object", "date")


def named(folder: Path, tables: dict[str, str]) -> Options:
    for name, text in tables.items():
        (folder / name).write_text(text)
    return Options(names=tuple(folder / name for name in tables))


def headed(header: list[str], *rows: list[str], encoding: str = "utf-8", mark: str = "") -> Made:
    content = delimited([header, *rows]).decode()
    return (mark + content).encode(encoding), [dict(zip(header, r, strict=True)) for r in rows], Options()


def of_icews(_: Path) -> Made:
    rows = [ROW, ROW | {"Event ID": "2", "Publisher": ' "The\u00e9', "City": "", "Latitude": "-1.50"}]
    return b"\xef\xbb\xbf" + icews(rows), rows, Options()


def of_icews_by_name(_: Path) -> Made:
    rows = [("Norland", "Make a visit", "Sudland", "2014-05-01"), ("Sudland", "Mediate", "Norland", "2014-05-02")]
    return (
        "".join("\t".join(r) + "\n" for r in rows).encode(),
        [dict(zip(TKG, r, strict=True)) for r in rows],
        Options(),
    )


def of_icews_by_number(folder: Path) -> Made:
    fields = [("0", "0", "1", "24", "0"), ("1", "1", "0", "48", "0")]
    rows = [dict(zip(("subject", "relation", "object", "step", "more"), f, strict=True)) for f in fields]
    return "".join("\t".join(f) + "\n" for f in fields).encode(), rows, named(folder, NAMES)


def of_gdelt_by_number(folder: Path) -> Made:
    fields = [("0", "0", "1", "1", "0"), ("1", "1", "0", "200", "0")]
    rows = [dict(zip(("subject", "relation", "object", "step", "more"), f, strict=True)) for f in fields]
    return "".join("\t".join(f) + "\n" for f in fields).encode(), rows, named(folder, CODES)


def of_gdelt(_: Path) -> Made:
    rows = [{n: (gdelt.ROW | more).get(n, "") for n in VERSION_2} for more in ({}, {"GLOBALEVENTID": "102"})]
    return gdelt.exported(*rows).encode(), rows, Options()


def of_gdelt_from_r(_: Path) -> Made:
    row = (
        {"row": "17"}
        | {n: gdelt.ROW.get(n, "NA") for n in VERSION_1}
        | {"Actor2Code": " SDL", "Actor1Name": 'A "B", C'}
    )
    fields = ",".join('"' + v.replace('"', '""') + '"' for v in row.values())
    return (",".join(f'"{n}"' for n in VERSION_1) + "\n" + fields + "\n").encode(), [row], Options()


def of_polecat(folder: Path) -> Made:
    rows = [polecat.ROW, polecat.ROW | {"Event ID": "2", "Placename": "Northgate"}]
    path = polecat.table(folder, *rows)
    return path.read_bytes(), [{c: r.get(c, "None") for c in COLUMNS} for r in rows], Options()


def of_plover(_: Path) -> Made:
    told = {"date": "2031-04-05", "event": "ACCUSE", "actor": [{"code": "NOR"}], "note": "é\n", "size": 1.50}
    objects = [told | {"id": "r-1"}, told | {"id": 2, "recipient": {"code": "SWE"}}]
    rows = [{k: v if isinstance(v, str) else json.dumps(v) for k, v in o.items()} for o in objects]
    return json.dumps(objects, indent=1).encode(), rows, Options()


def of_pa_x(_: Path) -> Made:
    row = [
        "Norland",
        "7",
        "Norland  process",
        "12",
        "First\r\nAgreement",
        "2031-03-05",
        "Norland; Front",
        'UN ("Chair")',
    ]
    return headed([*pa_x.HEADER, "Women"], [*row, "0"], [*row[:3], "13", *row[4:], "1"], mark="\ufeff")


def of_paa_x(_: Path) -> Made:
    return headed(paa_x.HEADER, paa_x.row(), paa_x.row(signatory_id="39", PPName="a <b>process</b>\nof two lines"))


def of_civil_war_mediation(_: Path) -> Made:
    row = civil_war_mediation.row
    return headed(
        civil_war_mediation.HEADER, row(territory="Áland, \nwest"), row(sidea="Sudland"), encoding="mac_roman"
    )


def of_mend(_: Path) -> Made:
    given = dict.fromkeys(mend.PROCESSES, "") | {
        "conflict_country": "Norland", "groupings_mechanisms": "River Talks", "start_year": "2031",
        "third_party": "UN; Sudland", "third_party_id_GLOPAD": "GP-1; GP-2", "description": "Talks,\nat a river",
    }  # fmt: skip
    return headed(mend.PROCESSES, [*given.values()])


def of_csv(folder: Path) -> Made:
    fields = [mapped.ROW.split(";"), ["8", "06.04.2031", "came", "Ada", "NRL", "-", "-", 'a "word";\nanother']]
    content = delimited([mapped.HEADER.split(";"), *fields], ";")
    return content, [dict(zip(mapped.HEADER.split(";"), f, strict=True)) for f in fields], mapped.mapping(folder)


def of_jsonl(folder: Path) -> Made:
    said = "dataset: lines\ntitle: Lines\nlicence: none\nrelation: visits\nrecord: id\nsubject: who\nobject: whom\n"
    row = {"id": "7", "who": "Ada", "whom": "Bo", "more": "é"}
    return json.dumps(row).encode() + b"\n", [row], mapped.mapping(folder, said)


CASES: list[tuple[str, Callable[[Path], Made]]] = [
    ("icews", of_icews), ("icews-tkg", of_icews_by_name), ("icews-tkg", of_icews_by_number),
    ("gdelt", of_gdelt), ("gdelt", of_gdelt_from_r), ("gdelt-tkg", of_gdelt_by_number), ("polecat", of_polecat),
    ("plover", of_plover), ("pa-x", of_pa_x), ("paa-x", of_paa_x), ("civil-war-mediation", of_civil_war_mediation),
    ("mend", of_mend), ("csv", of_csv), ("jsonl", of_jsonl),
]  # fmt: skip


def test_every_format_is_among_the_cases() -> None:
    assert {name for name, _ in CASES} == formats().keys()


@pytest.mark.parametrize(("format", "make"), CASES, ids=[make.__name__ for _, make in CASES])
def test_every_field_of_the_file_comes_back(
    format: str, make: Callable[[Path], Made], empty: KnowledgeGraph, tmp_path: Path
) -> None:
    content, rows, options = make(tmp_path)
    file = tmp_path / "released.txt"
    file.write_bytes(content)
    (report,) = empty.import_files(format, [file], options=options)
    assert report.stored == len(rows)
    file.unlink()
    if options.mapping:
        options.mapping.unlink()
    found = [empty.record(s.id) for s in empty.statements()]
    assert {r.number for r in found} == set(range(1, len(rows) + 1))
    for record in found:
        assert record.fields == rows[record.number - 1]
        assert record.raw in content
        assert (record.format, record.source.file) == (format, "released.txt")


def test_what_is_no_imported_record_says_why(kg: KnowledgeGraph) -> None:
    with pytest.raises(NoRecordError, match="of the source gazette-1, which is no imported file"):
        kg.record(kg.statements(source="gazette-1")[0].id)
    with pytest.raises(NotFoundError, match="no statement has the id 'nobody'"):
        kg.record("nobody")


def test_a_record_that_a_corrected_file_lacks_is_not_taken_for_another(empty: KnowledgeGraph, tmp_path: Path) -> None:
    file = tmp_path / "events.tab"

    def imported(*ids: str) -> dict[str | None, Statement]:
        file.write_bytes(icews([{"Event ID": i, "CAMEO Code": "042"} for i in ids]))
        empty.import_files("icews", [file])
        return {s.record: s for s in empty.statements(status=["active", "retracted"])}

    imported("81", "82")
    found = imported("82", "83")
    with pytest.raises(NoRecordError, match=r"an earlier version of events\.tab"):
        empty.record(found["81"].id)
    assert empty.record(found["82"].id).fields["Event ID"] == "82"
