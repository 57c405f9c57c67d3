"""tertius locate: offsets of words, so that no curator counts characters."""

from pathlib import Path
from typing import Annotated

import typer

from api.commands.console import application, note
from graph.exceptions import InputError
from graph.locating import locate as find

File = Annotated[
    Path, typer.Argument(metavar="TEXT", exists=True, dir_okay=False, help="The file with the text, in UTF-8.")
]
Words = Annotated[str, typer.Argument(metavar="WORDS", help="The words to look for; quote them for the shell.")]
Loose = Annotated[
    bool,
    typer.Option("--loose", help="Let any white space, quote or dash stand for any other: line breaks, curly quotes."),
]


def locate(text: File, words: Words, loose: Loose = False) -> None:
    """Find the offsets of words in a text.

    Prints start and end of each occurrence, in Unicode code points, the end exclusive: what the fields start and
    end of a statement hold. Status 1 where the words do not occur.
    """
    content = _read(text)
    found = find(content, words, loose=loose)
    for start, end in found:
        typer.echo(f"{start} {end}")
    if not found:
        way_out = (
            "mind case and spelling" if loose or not find(content, words, loose=True) else "with --loose they do occur"
        )
        raise InputError(f"the words {words!r} do not occur", str(text), None, way_out)
    if len(found) > 1:
        note(f"{len(found)} occurrences: give more words to single one out")


def _read(file: Path) -> str:
    raw = file.read_bytes()
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"byte 0x{raw[error.start]:02x} is not UTF-8", str(file), line, "save the text as UTF-8"
        ) from None


app = application(
    locate,
    """
Examples:
  tertius locate gazette-1.txt "Norland invited Bo Sund"     58 81
  tertius locate gazette-2.txt "Last month's" --loose        the text has a curly apostrophe
""",
)
