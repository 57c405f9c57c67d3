"""Bad input is told with file, line, value and way out; all of it at once; nothing is written and nothing lost."""

import hashlib
import json
import os
import shutil
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import InputError, InputErrors, KnowledgeGraph
from graph.datasets import read_dataset
from graph.yaml_files import MAX_BYTES, parse_yaml, read_yaml
from tests.effort import tries
from tests.graph.conftest import Folder

# Words of data sets: what is replaced, by what, words of the line that is named, what is told of it

_INVITATION, _OPPOSITION = "statement 'invitation': ", "statement 'opposition': "
_WHEN = 'when: "2031-04"'
_SAID = "modality: claimed"
_PLACE = "start: 30\n    end: 40"
_WRONG_WORDS = [
    ("relation: invites", "relation: invite", "relation: invite",
     _INVITATION + "relation: unknown relation 'invite'; did you mean invites"),
    ("object: ada-norn", "object: ada-nor", "object: ada-nor",
     _INVITATION + "no entity has the id 'ada-nor': add it, or mend the name"),
    (_SAID, "modality: said", "modality: said",
     _OPPOSITION + "modality: Input should be 'asserted', 'coded', 'claimed'"),
    ("kind: person", "kind: human", "kind: human",
     "entity 'ada-norn': kind: Input should be 'state', 'government-body'"),
    (_WHEN, "roles: {boat: northgate}", "roles: {boat",
     _INVITATION + "roles.0.role: unknown role 'boat'; roles are beneficiary, co-mediator"),
    (_WHEN, "roles: {host: northgate}", "roles: {host",
     _INVITATION + "invites takes no role 'host'; it takes destination"),
    (_WHEN, "parties: [northgate]", "parties:", _INVITATION + "'northgate' is a place; parties of invites are of"),
    (_WHEN, "place: ada-norn", "place: ada-norn", _INVITATION + "'ada-norn' is a person; a place is needed"),
    (_WHEN, "colour: red", "colour: red",
     _INVITATION + "colour: Extra inputs are not permitted, got 'red' (fields are subject, rel"),
    (_WHEN, "coder: me", "coder: me", "'coder' does not belong to a statement here (leave it out)"),
    ("    object: sudland\n", "", "key: accusation", "statement 'accusation': accuses requires object"),
    ("object: sudland", "object: norland", "object: norland", "subject and object of accuses are the same, 'norland'"),
    ("about: opposition", "about: oppression", "about: opp", "no statement has the key 'oppression' (mend the key)"),
    ("about: opposition", "about: [opposition]", "about: [", "no statement has the key ['opposition'] (mend the key)"),
    ("about: opposition", "about: " + "B" * 26, "about: B",
     "no statement has the key 'BBBBBBBBBBBBBBBBBBBBBBBBBB' (mend the key)"),
    ("about: opposition", "about: " + "b" * 26, "key: accusation",
     "refers to the statement 'bbbbbbbbbbbbbbbbbbbbbbbbbb', which does not"),
    (_SAID, _SAID + "\n    corrected_by: opposition", "corrected_by",
     "statement 'opposition' corrects itself (name the other)"),
    (_SAID, _SAID + "\n    corrected_by: nothing", "corrected_by", "no statement has the key 'nothing' (mend the key)"),
    (_SAID, _SAID + "\n    status: disputed", "key: opposition",
     _OPPOSITION + "a disputed statement says why: add a note or corrected_by"),
    (_PLACE, "start: 30\n    end: 61", "end: 61",
     _OPPOSITION + "end 61 is outside the text of 'note-1', which has 60 characters"),
    (_PLACE, "start: 40\n    end: 30", "key: opposition", _OPPOSITION + "start 40 is not before end 30"),
    (_PLACE, "start: -1\n    end: 30", "start: -1",
     _OPPOSITION + "start: Input should be greater than or equal to 0, got -1"),
    (_PLACE, "start: 30", "key: opposition", _OPPOSITION + "start and end go together"),
    (_PLACE, "start: 30\n    end: " + "9" * 5000, "end: 9", _OPPOSITION + "end: "),
    (_PLACE, "row: 1", "key: opposition",
     _OPPOSITION + "a statement has either start and end, its place in a text, or the record"),
    (_WHEN, 'when: "2021-02-30"', "when:",
     _INVITATION + "when: '2021-02-30' is no date of the calendar: day is out of range for month"),
    (_WHEN, "when: 2021-02-30", "when:", _INVITATION + "when: '2021-02-30' is no date of the calendar"),
    (_WHEN, 'when: "2031-04-05T10:00"', "when:", "'2031-04-05T10:00' is not a date in EDTF: write 2031, 2031-03"),
    (_WHEN, 'when: "2032/2031"', "when:", "'2032/2031' ends before it begins"),
    (_WHEN, "when: 2031", "when:", _INVITATION + "when: Input should be a valid string, got 2031 (put it in quotes"),
    (_WHEN, 'when: "2032"\n    when_text: then; before publication', "when:",
     "'2032' and 'then; before publication' exclude each other, published 2031-05"),
    (_WHEN, "when_text: long ago; before the flood", "when_text",
     "'before the flood' is no anchor: after the semicolon write 'before pub"),
    ("key: opposition", "key: invitation", "key: invitation", "key 'invitation' is used twice, first in"),
    ("key: opposition", "note: whoever", "note: whoever",
     "a statement without a key (add 'key:', a short name for it)"),
    ("source: note-1", "source: note-2", "source: note-2", "no source has the id 'note-2' (name one of sources.yml)"),
    ("source: note-1", "source: [note-1]", "source:", "no source has the id ['note-1'] (name one of sources.yml)"),
    ("source: note-1", "source: note-1\nauthor: me", "author",
     "unknown field 'author' (fields here are statements, source, coder)"),
    ("id: northgate", "id: norland", "id: norland", "entity 'norland' is defined twice (keep one of them)"),
    ("id: northgate", "id: North Gate", "id: North", "entity 'North Gate': id: String should match pattern"),
    ("id: northgate", "id: unspecified", "id: unspecified",
     "the id 'unspecified' is reserved for the agent that a text leaves open"),
    ("label: Northgate", "label: N\n    stands_for: westmark", "stands_for",
     "no entity has the id 'westmark': add it, or mend the name"),
    ("label: Northgate", "label: N\n    country: westmark", "country",
     "no entity has the id 'westmark': add it, or mend the name"),
    ("label: Northgate", "label: N\n    of: norland", "id: northgate",
     "'of' belongs to posts and government bodies, not to a place"),
    ("label: Northgate", "label: N\n    unnamed_in: note-9", "unnamed_in", "no source has the id 'note-9'"),
    ("label: Northgate", "label: {text: N, lang: EN}", "label: {", "label.lang: String should match pattern"),
    ("kind: note\n", "kind: note\n    derived_from: wire\n", "derived_from",
     "no source has the id 'wire' (add it, or mend the id)"),
    ("statements: 3", "statements: 4", "statements: 4",
     "expected 4 statements, found 3 (mend the files or the number)"),
    ("entities: 4", "entities: four", "entities: four", "expect.entities: Input should be a valid integer"),
    ("licence: CC0-1.0\n", "", "name: note", "licence: Field required (add the field)"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "told"), _WRONG_WORDS, ids=[w[1][:30] for w in _WRONG_WORDS])
def test_a_wrong_word_is_told_with_its_line_and_a_way_out(
    folder: Folder, empty: KnowledgeGraph, old: str, new: str, line: str, told: str
) -> None:
    folder.replace(old, new)
    faults = folder.faults(empty)
    lines = {str(e).partition(": ")[2]: Path(e.file).read_text().splitlines()[(e.line or 0) - 1] for e in faults}
    assert [words for words, there in lines.items() if told in words and line in there], lines


def test_a_relation_of_the_vocabulary_that_does_not_fit_names_what_fits(folder: Folder, empty: KnowledgeGraph) -> None:
    folder.replace("object: ada-norn", "object: northgate")
    name, line, message, _ = folder.fault(empty)
    assert (name, line) == ("note.yml", 6)
    assert message.startswith(
        "statement 'invitation': 'northgate' is a place; the object of invites is one of actor, armed-group, "
    )


def test_everything_that_is_wrong_is_told_at_once(folder: Folder, empty: KnowledgeGraph) -> None:
    folder.replace("relation: invites", "relation: invite")
    folder.replace("modality: claimed", "modality: said")
    folder.replace("kind: place", "kind: town")
    assert [(Path(e.file).name, e.line) for e in folder.faults(empty)] == [
        ("entities.yml", 12), ("note.yml", 5), ("note.yml", 26), ("note.yml", 15),
    ]  # fmt: skip


def test_statements_about_each_other_in_a_circle_are_told(folder: Folder, empty: KnowledgeGraph) -> None:
    folder.replace("relation: opposes\n    object: northgate\n", "relation: opposes\n    about: accusation\n")
    errors = folder.faults(empty)
    told = [e.message for e in errors]
    assert "statements are about each other in a circle: accusation -> opposition -> accusation" in told


def test_a_chain_of_statements_without_end_is_told(folder: Folder, empty: KnowledgeGraph) -> None:
    chain = "".join(
        f"  - {{key: s{n}, subject: norland, relation: criticises, start: 0, end: 9, modality: asserted, "
        f"about: s{n + 1}}}\n"
        for n in range(3000)
    )
    folder.write("statements/note.yml", f"source: note-1\nstatements:\n{chain}")
    assert any("more than 100 statements about one another" in e.message for e in folder.faults(empty))


def test_the_same_said_twice_is_told(folder: Folder, empty: KnowledgeGraph) -> None:
    folder.add(
        "key: again\nsubject: norland\nrelation: invites\nobject: ada-norn\n"
        'start: 0\nend: 20\nmodality: asserted\nwhen: "2031-04"'
    )
    name, line, message, way_out = folder.fault(empty)
    assert (name, line, way_out) == ("note.yml", 27, "keep one of them")
    assert message == "statement 'again' says the same as 'invitation'"


# Data sets beside each other


def test_an_entity_that_two_data_sets_define_otherwise_is_told(folder: Folder, kg: KnowledgeGraph) -> None:
    faults = folder.faults(kg)
    assert [(Path(e.file).name, e.line) for e in faults] == [("entities.yml", line) for line in (2, 5, 8, 11)]
    assert faults[0].message == "entity 'norland' is defined otherwise by the data set norland"
    assert faults[0].way_out == "use the same definition, or another id"


def test_a_source_of_another_data_set_is_told(folder: Folder, empty: KnowledgeGraph) -> None:
    empty.load(folder.path)
    folder.replace("name: note", "name: another")
    name, line, message, way_out = folder.fault(empty)
    assert (name, line, message, way_out) == (
        "sources.yml",
        2,
        "source 'note-1' belongs to the data set note",
        "use another id",
    )


def test_an_entity_that_only_an_earlier_version_defined_is_unknown(folder: Folder, empty: KnowledgeGraph) -> None:
    empty.load(folder.path)
    folder.replace("  - id: ada-norn\n    kind: person\n    label: Ada Norn\n", "")
    folder.replace("entities: 4", "entities: 3")
    assert folder.fault(empty)[2] == "statement 'invitation': no entity has the id 'ada-norn': add it, or mend the name"


def test_two_data_sets_of_one_name_are_told(folder: Folder, empty: KnowledgeGraph, tmp_path: Path) -> None:
    shutil.copytree(folder.path, tmp_path / "both" / "one")
    shutil.copytree(folder.path, tmp_path / "both" / "two")
    with pytest.raises(InputErrors, match="several data sets here have the name 'note'"):
        empty.load(tmp_path / "both")


def test_one_faulty_data_set_keeps_the_others_out(folder: Folder, empty: KnowledgeGraph, tmp_path: Path) -> None:
    shutil.copytree(folder.path, tmp_path / "both" / "a-good-one")
    folder.replace("name: note", "name: bad")
    folder.replace("relation: invites", "relation: invite")
    shutil.copytree(folder.path, tmp_path / "both" / "bad")
    with pytest.raises(InputErrors):
        empty.load(tmp_path / "both")
    assert (empty.snapshot.revision, empty.statements()) == (1, [])


def test_a_folder_without_a_data_set_is_told(empty: KnowledgeGraph, tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(InputErrors, match=r"no data set is here \(name a folder with a dataset.yml\)"):
            empty.load(path)


@pytest.mark.parametrize("name", ["dataset.yml", "entities.yml", "sources.yml"])
def test_a_missing_file_is_told(folder: Folder, empty: KnowledgeGraph, name: str) -> None:
    (folder.path / name).unlink()
    with pytest.raises(InputErrors) as caught:
        empty.load(folder.path) if name != "dataset.yml" else read_dataset(folder.path)
    assert f"{folder.path / name}: cannot be read: No such file or directory" in str(caught.value)


# Texts


def test_a_text_with_another_hash_is_told(folder: Folder, empty: KnowledgeGraph, tmp_path: Path) -> None:
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "note-1.txt").write_text("x" * 60)
    with pytest.raises(InputErrors) as caught:
        empty.load(folder.path, texts=texts)
    (error,) = caught.value.errors
    assert error.file == str(texts / "note-1.txt")
    assert error.message == "the text of source 'note-1' is not the one that was coded: its SHA-256 differs"
    assert error.way_out.startswith("find the text with the hash in sources.yml")
    assert empty.statements() == []


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"x" * 61, "the text of source 'note-1' has 61 characters, sources.yml says 60"),
        ("ü".encode() * 30, "the text of source 'note-1' has 30 characters, sources.yml says 60"),
        (b"\xff" * 60, "the text of source 'note-1' is not UTF-8"),
    ],
)
def test_a_text_of_another_length_is_told(folder: Folder, empty: KnowledgeGraph, raw: bytes, message: str) -> None:
    (folder.path / "texts").mkdir()
    (folder.path / "texts" / "note-1.txt").write_bytes(raw)
    old = "5b5fdd1cb5b3d3c6d5c9f8ae6b2b6b4d8c1c6c4f7c2a0a4a4c0b0e7b1d0f3a11"
    folder.replace(old, hashlib.sha256(raw).hexdigest())
    assert [e.message for e in folder.faults(empty)] == [message]


def test_a_text_that_is_not_there_is_no_fault(folder: Folder, empty: KnowledgeGraph, tmp_path: Path) -> None:
    assert empty.load(folder.path, texts=tmp_path).added == 3


# YAML

_BAD_YAML = [
    ("a: 1\nb: 2\na: 3", 3, "duplicate key 'a', first on line 1", "keep one of them"),
    ("a:\n  b: 1\n  b: 2", 3, "duplicate key 'b', first on line 2", "keep one of them"),
    ("a: 1\n\tb: 2", 2, "not YAML: ", "indent with spaces, not tabs"),
    ("a:\n\t- 1", 2, "not YAML: ", "indent with spaces, not tabs"),
    ("a: !!python/object/apply:os.system ['true']", 1, "tag 'tag:yaml.org,2002:python/object/apply:os.system'",
     "leave the tag out"),
    ("a: 1\nb: !!python/name:os.system ''", 2, "tag 'tag:yaml.org,2002:python/name:os.system'", "leave the tag out"),
    ("a: !secret x", 1, "tag '!secret'", "leave the tag out"),
    ("a: !!binary aGVsbG8=", 1, "tag 'tag:yaml.org,2002:binary'", "leave the tag out"),
    ("!!python/object:os.PathLike x: 1", 1, "tag 'tag:yaml.org,2002:python/object:os.PathLike'", "leave the tag out"),
    ("a: &x [1]\nb: *x", 1, "anchor or alias 'x'", "write the value out"),
    ("b: *x", 1, "anchor or alias 'x'", "write the value out"),
    ("a: &a [x]\n" + "\n".join(f"{c}: &{c} [*{p}, *{p}]" for p, c in zip("abcdefghi", "bcdefghij", strict=True)), 1,
     "anchor or alias", ""),
    ("a: 1\n---\nb: 2", 2, "not YAML: but found another document", ""),
    ("[" * 100_000, 1, "nested too deeply", "at most 40 levels are read"),
    ("a: " + "{a: " * 100_000, 1, "nested too deeply", "at most 40 levels are read"),
    ("\n".join(" " * n + "a:" for n in range(500)), 41, "nested too deeply", "at most 40 levels are read"),
    ("- " * 50_000, 1, "nested too deeply", "at most 40 levels are read"),
    ("a: 1\n? [b]\n: 2", 2, "a key that is not a word", ""),
    ("a: 'b", 1, "not YAML: ", "mind indentation, quotes and colons"),
    ("a: b: c", 1, "not YAML: mapping values are not allowed", "mind indentation, quotes and colons"),
    ("a: 1\nb: \"x\x00y\"", 2, "not YAML: ", ""),
    ("a: 1\nb: x\x07y", 2, "not YAML: ", ""),
    ('a: "\\ud800"', 1, "not YAML: ", ""),
    ("%YAML 9.9\n---\na: 1", 1, "not YAML: ", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "message", "way_out"), _BAD_YAML, ids=[t[0][:24] for t in _BAD_YAML])
def test_yaml_that_is_more_than_plain_data_is_told_with_its_line(
    text: str, line: int, message: str, way_out: str
) -> None:
    begin = time.monotonic()
    with pytest.raises(InputError) as caught:
        parse_yaml(text, "file.yml")
    error = caught.value
    assert (error.file, error.line) == ("file.yml", line), str(error)
    assert message in error.message
    assert way_out in error.way_out
    assert time.monotonic() - begin < 2


def test_a_file_of_a_hundred_megabytes_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.yml"
    with path.open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    begin = time.monotonic()
    with pytest.raises(InputError) as caught:
        read_yaml(path)
    assert caught.value.message == f"{100 * 1024 * 1024} bytes of YAML are too many, at most {MAX_BYTES} are read"
    assert caught.value.way_out == "split the file, or import a table"
    assert time.monotonic() - begin < 0.5


@pytest.mark.parametrize(
    ("raw", "line", "message"),
    [
        (b"a: 1\nb: \xe4", 2, "byte 0xe4 is not UTF-8"),
        ("a: ü".encode("utf-16"), 1, "byte 0xff is not UTF-8"),
        ("a: ü".encode("utf-16-le"), 1, "byte 0xfc is not UTF-8"),
        (b"a: \xed\xa0\x80", 1, "byte 0xed is not UTF-8"),
    ],
)
def test_bytes_that_are_not_utf_8_are_told_with_their_line(tmp_path: Path, raw: bytes, line: int, message: str) -> None:
    path = tmp_path / "bytes.yml"
    path.write_bytes(raw)
    with pytest.raises(InputError) as caught:
        read_yaml(path)
    assert (caught.value.line, caught.value.message, caught.value.way_out) == (line, message, "save the file as UTF-8")


def test_words_stay_words() -> None:
    text = "yes: no\noff: 012\ntime: 1:30\nday: 2031-03-05\ncode: '010'\nhex: 0x10\nbig: 1_000\nnone: ~\ntrue: false"
    assert read_text(text) == {
        "yes": "no", "off": "012", "time": "1:30", "day": "2031-03-05", "code": "010", "hex": "0x10", "big": "1_000",
        "none": None, "true": False,
    }  # fmt: skip
    assert read_text("a: [1, -2, 1.5, 1.0e3, .5, -0, 9999999999999999999999]") == {
        "a": [1, -2, 1.5, 1000.0, ".5", 0, "9999999999999999999999"]
    }


def read_text(text: str) -> object:
    return parse_yaml(text, "x").data


_values: st.SearchStrategy[object] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abcdef", min_size=1, max_size=4), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(_values)
@settings(deadline=None)
def test_json_is_read_as_it_stands(value: object) -> None:
    assert read_text(json.dumps(value, ensure_ascii=False)) == value


@given(st.text(st.sampled_from("ab:-[]{}&*!|>%@`'\"#,? \n\t~0\\\x00"), max_size=60))
@settings(deadline=None, max_examples=tries(300))
def test_any_text_is_read_or_refused_as_input(text: str) -> None:
    told = None
    try:
        parse_yaml(text, "x")
    except InputError as error:
        told = error
    assert told is None or (told.file == "x" and told.line and 1 <= told.line <= text.count("\n") + 2)


def test_a_file_that_is_none_is_refused_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yml")
    (tmp_path / "zero.yml").symlink_to("/dev/zero")
    for name in ("pipe.yml", "zero.yml"):
        with pytest.raises(InputError, match=f"{name}: is not a regular file"):
            read_yaml(tmp_path / name)
