"""The formats by name, and which of them a file looks like."""

from collections.abc import Mapping
from functools import cache

from graph.exceptions import FormatError, InputError
from graph.importing.events import Format, Options
from graph.importing.files import SourceFile
from graph.importing.formats.civil_war_mediation import CivilWarMediation
from graph.importing.formats.gdelt import Gdelt
from graph.importing.formats.gdelt_tkg import GdeltTkg
from graph.importing.formats.icews import Icews
from graph.importing.formats.icews_tkg import IcewsTkg
from graph.importing.formats.mapped import Csv, Jsonl
from graph.importing.formats.mend import Mend
from graph.importing.formats.pa_x import PaX
from graph.importing.formats.paa_x import PaaX
from graph.importing.formats.plover import Plover
from graph.importing.formats.polecat import Polecat


@cache
def formats() -> Mapping[str, Format]:
    """Every format that is read, by name."""
    found: list[Format] = [
        Icews(), IcewsTkg(), Gdelt(), GdeltTkg(), Polecat(), Plover(), PaX(), PaaX(), CivilWarMediation(), Mend(),
        Csv(), Jsonl(),
    ]  # fmt: skip
    return {f.name: f for f in found}


def format_named(name: str, options: Options) -> Format:
    """The format of a name, one with a mapping as that says. Raises InputError that lists all."""
    try:
        found = formats()[name]
    except KeyError:
        raise InputError(f"no format is called {name!r}", way_out=f"formats are {', '.join(formats())}") from None
    return found.of(options) if isinstance(found, Csv | Jsonl) else found


def with_suggestion(error: FormatError, file: SourceFile, tried: str) -> FormatError:
    """The error with the formats that the file looks like, where there are some."""
    head = file.head()
    others = [f.name for f in formats().values() if f.name != tried and f.recognises(head)]
    if not others:
        return error
    return FormatError(error.message, error.file, error.line, f"it looks like {' or '.join(others)}")
