"""The command line: which commands there are, and how each kind of error ends."""

import errno
import importlib
import os
import sys
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

# One line a command. The modules themselves are imported when they run: help and wrong usage then answer at once.
COMMANDS = {
    "serve": "Answer over HTTP until interrupted.",
    "load": "Load a data set into a store.",
    "import": "Import released event data and agreements into a store.",
    "ask": "Ask who mediates, opposes, invites whom, and who says so.",
    "table": "Count by pair, mediator or conflict, by month or year.",
    "network": "Write a network for Gephi, Cytoscape, igraph or networkx.",
    "draw": "Draw networks and timelines as SVG or PNG.",
    "agreement": "Compare two coders of the same texts, field by field.",
    "adjudicate": "Record which of two coders' statements stands.",
    "query": "Answer a SPARQL query from a file or from standard input.",
    "cite": "Freeze an answer, so that it can be cited and had again.",
    "rerun": "Ask again what was frozen, and tell what has changed.",
    "diff": "List what differs between two revisions of a store.",
    "validate": "Check data sets or a store, down to the shapes.",
    "export": "Write everything as RDF, a table, lines of JSON or a network.",
    "backup": "Copy a store into one file while it is used.",
    "restore": "Make a store of a backup, or put it over one.",
    "token": "Make a token for whoever may write over HTTP.",
    "locate": "Find the offsets of words in a text.",
    "entities": "List entities by name and kind.",
    "relations": "List the relations that may be stated, and how.",
}

_MODULES = {"import": "imports"}
"""Commands whose names a module cannot have."""

FINE, BAD_INPUT, WRONG_USAGE, STORE_TROUBLE, INTERRUPTED, READER_GONE = 0, 1, 2, 3, 130, 141

HELP = """Who mediates, opposes, invites, accuses or supports whom in international affairs, and who says so.

\b
tertius ask invites --object Mirzoyan      who invites Mirzoyan, according to whom?
tertius serve                              the same over HTTP, on http://127.0.0.1:8000
tertius ask --help                         every command has examples
"""

EPILOG = """\b
Exit status:
  0    fine
  1    bad input: an unknown name, a faulty file or query; or validate found violations, rerun differences
  2    wrong usage: an unknown option or an impossible value
  3    trouble with the store: locked, of another format, not writable, disk full
  130  interrupted
  141  whatever read the output has stopped reading

\b
TERTIUS_STORE and TERTIUS_DATA in the environment stand for --store and --data.
"""


class Commands(TyperGroup):
    """The group of commands: loads the one that is called, and ends every foreseeable error with one message."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is called, from its own module."""
        name, command, rest = super().resolve_command(ctx, args)
        if name in COMMANDS:
            command = get_command(importlib.import_module(f"api.commands.{_MODULES.get(name, name)}").app)
            command.name = name
        return name, command, rest

    def invoke(self, ctx: Any) -> Any:
        """Runs the command. Raises typer.Exit with the exit status."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except BrokenPipeError:
            # Python flushes once more at the end, which would fail again, noisily.
            _point_stdout_nowhere()
            raise typer.Exit(READER_GONE) from None
        except KeyboardInterrupt:
            typer.echo("interrupted", err=True)
            raise typer.Exit(INTERRUPTED) from None
        except Exception as error:
            status = exit_status(error)
            if status is None:
                raise
            for line in messages(error):
                typer.echo(f"error: {line}", err=True)
            raise typer.Exit(status) from None


def exit_status(error: Exception) -> int | None:
    """The exit status of an error that users can cause; None for any other, which is a mistake of ours."""
    from graph.exceptions import GraphError, StoreError
    from ontology import OntologyError

    if isinstance(error, StoreError):
        return STORE_TROUBLE
    if isinstance(error, GraphError | OntologyError):
        return BAD_INPUT
    if isinstance(error, OSError):
        return STORE_TROUBLE if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS) else BAD_INPUT
    return None


def messages(error: Exception) -> list[str]:
    """What to tell of such an error, one line each."""
    from graph.exceptions import InputErrors

    if isinstance(error, InputErrors):
        return [str(e) for e in error.errors]
    if isinstance(error, OSError) and error.strerror:
        return [f"{error.filename}: {error.strerror}" if error.filename else error.strerror]
    return [str(error)]


def _point_stdout_nowhere() -> None:
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        sys.stdout = None  # no file stands behind it: nothing is left to flush


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            typer.echo(f"tertius {version('tertius')}")
        except PackageNotFoundError:  # run from a checkout that is not installed
            typer.echo("tertius, from a checkout")
        raise typer.Exit


app = typer.Typer(
    cls=Commands,
    help=HELP,
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Show the version and exit."
    ),
) -> None:
    pass


def _placeholder() -> None:
    pass


for _name, _help in COMMANDS.items():
    app.command(_name, help=_help)(_placeholder)


def main() -> None:
    """Runs the command that the arguments name, and exits."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # Names come from anywhere, and so may bytes in arguments: show what cannot be written instead of failing.
            stream.reconfigure(errors="backslashreplace")
    app(prog_name="tertius")
