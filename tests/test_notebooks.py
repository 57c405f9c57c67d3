"""Every notebook runs from top to bottom, and the pictures kept in it are those that a run shows."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.notebooks import MOST_BYTES, NOTEBOOKS, PNG, ROOT, code, pictures, read, run

FIRST = 2
EVENTS = "the files of event data are not beside this project"
shared = (ROOT.parent / "shared" / "data").is_dir()
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the Jupyter libraries, not ours


def told(png: bytes) -> str:
    """What a picture of ours tells in words; nothing for those that pandas draws."""
    return str(Image.open(io.BytesIO(png)).info.get("Description", ""))


def text(notebook: Any) -> str:
    outputs = [o for cell in code(notebook) for o in cell.outputs]
    return "\n".join(str(o.get("text", "")) + str(o.get("data", {}).get("text/plain", "")) for o in outputs)


@pytest.mark.parametrize(
    "path",
    [pytest.param(p, marks=[pytest.mark.slow] if n >= FIRST else [], id=p.stem) for n, p in enumerate(NOTEBOOKS)],
)
def test_a_notebook_runs_and_shows_the_pictures_that_it_keeps(path: Path) -> None:
    kept, found = read(path), run(read(path), ROOT)
    assert [
        o
        for cell in code(found)
        for o in cell.outputs
        if o.output_type in ("error", "stream") and o.get("name") != "stdout"
    ] == []
    for before, now in zip(code(kept), code(found), strict=True):
        drawn = [told(png) for png in pictures(now)]
        if drawn or shared:
            assert [told(png) for png in pictures(before)] == drawn, before.source
    assert any(list(pictures(cell)) for cell in code(found)) or not shared


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", [p for p in NOTEBOOKS if "shared/data" in p.read_text(encoding="utf-8")], ids=lambda p: p.stem
)
def test_a_notebook_of_event_data_ends_with_a_word_where_there_are_none(path: Path, tmp_path: Path) -> None:
    found = run(read(path), tmp_path)
    assert [o for cell in code(found) for o in cell.outputs if o.output_type == "error"] == []
    assert EVENTS in " ".join(text(found).split()).lower()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_only_pictures_of_moderate_size_are_kept(path: Path) -> None:
    notebook = read(path)
    assert set(notebook.metadata) <= {"kernelspec", "language_info"}
    assert notebook.cells[0].cell_type == "markdown"
    assert any(list(pictures(cell)) for cell in code(notebook))
    for cell in code(notebook):
        assert cell.execution_count is None
        assert cell.metadata == {}
        for output in cell.outputs:
            assert set(output) == {"output_type", "data", "metadata"}
            assert set(output.data) == {PNG}
        for png in pictures(cell):
            assert len(png) < MOST_BYTES
            assert Image.open(io.BytesIO(png)).format == "PNG"
    assert not re.search(r"/(home|root|tmp|work|Users)/", path.read_text(encoding="utf-8"))


def test_notebooks_are_numbered_in_the_order_in_which_they_are_read() -> None:
    assert [int(p.name[:2]) for p in NOTEBOOKS] == list(range(1, len(NOTEBOOKS) + 1))
