"""Tables and JSON of a user's own, read as a mapping says: strictly, with line and way out. All rows are invented."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.exceptions import FormatError, InputError, InputErrors
from graph.importing.events import Event, Mention, Options, Record
from graph.importing.files import SourceFile
from graph.importing.formats.mapped import CSV, JSONL
from graph.importing.mapping import read_mapping
from ontology import Kind
from tests.effort import tries

MAPPING = """\
dataset: talks
title: Talks between Norland and Sudland
licence: CC0-1.0
delimiter: ";"
missing: ["", "-"]
record: no
when: {column: day, format: "%d.%m.%Y"}
relations:
  column: act
  values: {led: mediates, came: visits}
subject: {column: who, kind: person, country: {column: iso, scheme: iso3166-1-alpha3}}
parties: {column: sides, separator: ",", kind: state}
roles:
  venue: {column: where, kind: place}
note: remark
"""
HEADER = "no;day;act;who;iso;sides;where;remark"
ROW = "7;05.04.2031;led;Ada Norn;NRL;Norland, Sudland;Northgate;-"


def mapping(tmp_path: Path, text: str = MAPPING) -> Options:
    path = tmp_path / "mapping.yml"
    path.write_text(text, "utf-8")
    return Options(mapping=path)


def table(
    tmp_path: Path, *rows: str, header: str = HEADER, said: str = MAPPING, encoding: str = "utf-8"
) -> list[Record]:
    path = tmp_path / "table.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding)
    return list(CSV.read(SourceFile.of(path), mapping(tmp_path, said)))


def lines(tmp_path: Path, said: str, *objects: Any) -> list[Record]:
    path = tmp_path / "lines.jsonl"
    path.write_text("\n".join(json.dumps(o) for o in objects), "utf-8")
    return list(JSONL.read(SourceFile.of(path), mapping(tmp_path, said)))


NORLAND, SUDLAND = Mention("Norland", Kind.STATE), Mention("Sudland", Kind.STATE)
LED = Event(
    relation="mediates",
    record="7",
    when="2031-04-05",
    subject=Mention("Ada Norn", Kind.PERSON, "iso3166-1-alpha3:NRL"),
    parties=(NORLAND, SUDLAND),
    roles=(("venue", Mention("Northgate", Kind.PLACE)),),
)


def test_a_row_is_the_event_that_the_mapping_makes_of_it(tmp_path: Path) -> None:
    (found,) = table(tmp_path, ROW)
    assert found == Record(1, (ROW + "\n").encode(), [LED])
    format = CSV.of(mapping(tmp_path))
    assert (format.dataset, format.coder, format.kind, format.licence) == ("talks", "talks", "event table", "CC0-1.0")
    assert format.title == "Talks between Norland and Sudland"
    assert format.header(f"{HEADER}\n{ROW}\n".encode()) == HEADER.split(";")
    assert format.fields(found.raw, HEADER.split(";"), Options()) == dict(
        zip(HEADER.split(";"), ROW.split(";"), strict=True)
    )


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (ROW.replace("05.04.2031", "2031"), "day: time data '2031' does not match format '%d.%m.%Y'"),
        (ROW.replace("05.04", "31.02"), "day: "),
        (ROW.replace("led", "sat"), "act: 'sat' is none of led, came"),
        (ROW.replace("led", "-"), "act: nothing says what happened"),
        (ROW.replace("NRL", "N R"), "iso: 'N R' is no code: those are without spaces and colons"),
        ("7;05.04.2031;led;-;-;-;Northgate;-", "who, sides: nobody is named"),
        (ROW + ";more", "9 fields instead of 8"),
        (ROW.replace("Ada", '"Ada'), "a quote is opened and not closed again"),
    ],
)
def test_a_row_that_does_not_fit_says_column_and_value_beside_good_ones(tmp_path: Path, row: str, reason: str) -> None:
    found = table(tmp_path, ROW, row, ROW)
    assert [(r.number, r.reason is None) for r in found] == [(1, True), (2, False), (3, True)]
    assert reason in str(found[1].reason)


BARE = "dataset: x\ntitle: X\nlicence: none\n"


@pytest.mark.parametrize(
    ("when", "cells", "expected"),
    [
        ("a", ["2031-04?", "", ""], "2031-04?"),
        ('{column: a, format: "%m/%Y"}', ["04/2031", "", ""], "2031-04"),
        ('{column: a, format: "%Y"}', ["0987", "", ""], "0987"),
        ('{column: a, format: "%Y-%m-%dT%H:%M"}', ["2031-04-05T23:59", "", ""], "2031-04-05"),
        ("{from: a, to: b}", ["2031-04-05", "2031-04-09", ""], "2031-04-05/2031-04-09"),
        ("{from: a, to: b}", ["2031-04-05", "2031-04-05", ""], "2031-04-05"),
        ("{from: a, to: b}", ["2031-04-05", "", ""], "2031-04-05/.."),
        ("{from: a, to: b}", ["", "2031", ""], "../2031"),
        ("{from: a, to: b}", ["", "", ""], None),
        ("a", ["", "", ""], None),
    ],
)
def test_no_date_is_finer_than_its_format(tmp_path: Path, when: str, cells: list[str], expected: str | None) -> None:
    said = BARE + f"relation: meets\nsubject: c\nwhen: {when}\n"
    (found,) = table(tmp_path, ",".join([*cells[:2], "Norland"]), header="a,b,c", said=said)
    assert found.reason is None
    assert found.events[0].when == expected


def test_codes_say_their_scheme_in_the_mapping_or_in_the_cell(tmp_path: Path) -> None:
    said = BARE + "subject: s\ncodes: [{column: c, scheme: cameo-1.1b3, separator: '|'}, w]\n"
    good, lost, worse = table(
        tmp_path, "A,045|042,plover-2021:CONSULT", "A,45,", "A,042,CONSULT", header="s,c,w", said=said
    )
    assert good.events[0].codes == ("cameo-1.1b3:045", "cameo-1.1b3:042", "plover-2021:CONSULT")
    assert "c '45' is no CAMEO code" in str(lost.reason)
    assert "is it 045 without its zero?" in str(lost.reason)
    assert "w: 'CONSULT' is no code: those are SCHEME:CODE" in str(worse.reason)


def test_lists_in_cells_go_together_item_by_item(tmp_path: Path) -> None:
    said = (
        BARE
        + """\
relation: meets
subject:
  column: s
  separator: ";"
  kinds: {column: k, values: {S: state, P: person}}
  country: c
  codes: [{column: w, scheme: wikidata, separator: "+"}]
  aliases: {column: a, separator: "+"}
"""
    )
    header = "s,k,c,w,a"
    both, mismatch, unknown = table(
        tmp_path, "Norland;Ada,S;P,;Norland,Q1+Q2;,;Norn+A. N.", "A;B,S,,,", "A,X,,,", header=header, said=said
    )
    assert both.events[0].parties == (
        Mention("Norland", Kind.STATE, None, ("wikidata:Q1", "wikidata:Q2")),
        Mention("Ada", Kind.PERSON, "Norland", (), ("Norn", "A. N.")),
    )
    assert mismatch.reason == "k: 1 values where s has 2 names"
    assert unknown.reason == "k: 'X' is none of S, P"


def test_several_subjects_are_parties_and_beside_parties_a_mistake(tmp_path: Path) -> None:
    said = BARE + "relation: accuses\nsubject: {column: s, separator: ';'}\nobject: o\n"
    (found,) = table(tmp_path, "A;B,C", header="s,o", said=said)
    assert (found.events[0].subject, found.events[0].object) == (None, Mention("C"))
    assert found.events[0].parties == (Mention("A"), Mention("B"))
    (wrong,) = table(tmp_path, "A;B,C", header="s,o", said=said.replace("object:", "parties:"))
    assert wrong.reason == "s: names 2, and parties are named beside them"


def test_a_file_without_header_and_in_another_encoding(tmp_path: Path) -> None:
    said = BARE + "relation: meets\nheader: false\nnames: [s, o]\nencoding: iso8859-2\nsubject: s\nobject: o\n"
    said += 'delimiter: "\\t"\nquoted: false\n'
    found = table(tmp_path, 'Łódź\t"A', header="Čadca\tB", said=said, encoding="iso8859-2")
    assert [(r.number, r.events[0].subject, r.events[0].object) for r in found] == [
        (1, Mention("Čadca"), Mention("B")),
        (2, Mention("Łódź"), Mention('"A')),
    ]
    format = CSV.of(mapping(tmp_path, said))
    assert format.header(found[0].raw) == ["s", "o"]
    assert format.fields(found[1].raw, ["s", "o"], Options()) == {"s": "Łódź", "o": '"A'}


def test_objects_are_read_by_keys_and_paths(tmp_path: Path) -> None:
    said = (
        BARE
        + """\
relation: mediates
record: id
subject: {column: who.name, codes: {column: who.code, scheme: wikidata}}
parties: sides.name
confidence: sure
telling: [story, line]
"""
    )
    told: dict[str, Any] = {
        "id": 7, "who": {"name": "Ada", "code": "Q1"}, "sides": [{"name": "A"}, {"name": "B"}, {}], "sure": 0.5,
        "story": "s", "line": 3,
    }  # fmt: skip
    good, *wrong = lines(
        tmp_path,
        said,
        told,
        told | {"sure": 2},
        told | {"who": {"name": ["A", "B"]}},
        told | {"id": {"a": 1}},
        told | {"id": [1, 2]},
    )
    assert good.events == [
        Event(
            relation="mediates", record="7", subject=Mention("Ada", codes=("wikidata:Q1",)),
            parties=(Mention("A"), Mention("B")), confidence=0.5, telling="s-3",
        )
    ]  # fmt: skip
    assert [r.reason for r in wrong] == [
        "sure: '2' is no number from 0 to 1",
        "who.name: names 2, and parties are named beside them",
        'id: {"a": 1} is neither text nor a list of texts',
        "id: ['1', '2'] is a list where one text is expected",
    ]
    fields = JSONL.of(mapping(tmp_path, said)).fields(good.raw, [], Options())
    assert fields["who"] == '{"name": "Ada", "code": "Q1"}'
    with pytest.raises(FormatError, match="no object has any of the keys that the mapping names: confidence, id"):
        lines(tmp_path, said.replace("sure", "confidence"), {"other": 1})


@pytest.mark.parametrize(
    ("old", "new", "line", "message", "way_out"),
    [
        ("dataset: talks", "dataset: My Talks", 1, "dataset: String should match pattern", "mind the form"),
        ("licence: CC0-1.0", "", 1, "licence: Field required", "add the field"),
        ("note: remark", "notes: remark", 15, "notes: Extra inputs are not permitted", "fields are dataset, title"),
        ("record: no", "record: 7", 6, "record: Input should be a valid dictionary", ""),
        ("led: mediates", "led: mediate", 10, "unknown relation 'mediate'; did you mean mediates", ""),
        ("kind: person", "kind: human", 11, "subject.kind: Input should be 'state'", ""),
        ("%d.%m.%Y", "%d.%m.", 7, "when: the format '%d.%m.' reads no year", ""),
        ("venue:", "room:", 14, "unknown role 'room'", ""),
        ("column: who,", "col: who,", 11, "subject.column: Field required", "add the field"),
        ('delimiter: ";"', 'delimiter: ";;"', 4, "delimiter: String should have at most 1 character", ""),
        ('delimiter: ";"', "encoding: utf-16", 4, "encoding: 'utf-16' has no lines that end in one byte", ""),
        ('delimiter: ";"', "relation: meets", 1, "relation is one for all records, relations a column", ""),
        ('delimiter: ";"', "names: [a]", 1, "names are for files without a header", ""),
    ],
)  # fmt: skip
def test_a_faulty_mapping_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, message: str, way_out: str
) -> None:
    assert MAPPING.count(old) == 1
    options = mapping(tmp_path, MAPPING.replace(old, new))
    with pytest.raises(InputErrors) as caught:
        CSV.of(options)
    told = [(e.file, e.line, e.message, e.way_out) for e in caught.value.errors]
    assert any(f == str(options.mapping) and n == line and message in m and way_out in w for f, n, m, w in told), told


def test_without_a_mapping_or_its_columns_the_way_out_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the format csv needs a mapping"):
        CSV.of(Options())
    with pytest.raises(InputError, match="cannot be read"):
        CSV.of(Options(mapping=tmp_path / "none.yml"))
    with pytest.raises(FormatError, match=r"lacks columns that the mapping names: day, act \(mend .* no, who"):
        table(tmp_path, header="no;who;iso;sides;where;remark")
    with pytest.raises(FormatError, match="several columns of one name: no"):
        table(tmp_path, header=HEADER + ";no")


@settings(max_examples=tries(40), deadline=None)
@given(
    st.lists(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zs", "Zl", "Zp"])), min_size=2, max_size=2
        )
    )
)
def test_whatever_a_quoted_cell_holds_is_named_as_it_is(
    tmp_path_factory: pytest.TempPathFactory, cells: list[list[str]]
) -> None:
    folder = tmp_path_factory.mktemp("cells")
    rows = [",".join('"' + c.replace('"', '""') + '"' for c in [f"n{i}", *row]) for i, row in enumerate(cells)]
    said = BARE + "record: r\nrelation: meets\nsubject: s\nobject: o\n"
    found = table(folder, *rows, header="r,s,o", said=said)
    assert len(found) == len(cells)
    for record, (subject, object) in zip(found, cells, strict=True):
        named = [m.name if m else "" for e in record.events for m in (e.subject, e.object)]
        assert named == ([subject, object] if subject or object else [])
        assert (record.reason is None) == bool(subject or object)


def test_the_example_of_the_documentation_works(tmp_path: Path) -> None:
    text = (Path(__file__).parents[3] / "docs" / "importing.md").read_text("utf-8")
    said = text.partition("```yaml\n")[2].partition("```")[0]
    csv = text.partition("```csv\n")[2].partition("```")[0]
    header, *rows = csv.strip().splitlines()
    found = table(tmp_path, *rows, header=header, said=said)
    assert [r.reason for r in found] == [None] * len(rows)
    assert len(rows) == 3
    assert read_mapping(mapping(tmp_path, said).mapping or Path()).dataset == "norland-talks"
