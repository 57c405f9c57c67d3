"""tertius import: released files of event data and agreements into a store."""

import contextlib
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from api.commands.console import application, note, output, write_json, write_table
from api.commands.load import Store, Wait
from api.commands.opening import named_store
from graph import InputError, KnowledgeGraph
from graph.exceptions import StoreError
from graph.importing import ImportReport, Options, SourceFile, formats
from graph.importing.releases import Told
from graph.revisions import RevisionFolder

Name = Annotated[
    str | None, typer.Argument(metavar="FORMAT", help="One of those that --list lists.", show_default=False)
]
Files = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="FILE...", help="Released files, plain, .gz or .zip; - is standard input.", show_default=False
    ),
]
Listed = Annotated[bool, typer.Option("--list", help="List the formats and end.")]
Called = Annotated[str | None, typer.Option("--name", metavar="FILE", help="What the one file is called, if not so.")]
Names = Annotated[
    list[Path] | None,
    typer.Option("--names", metavar="TABLE", help="Name tables of a form by number: first entities, then relations."),
]
Mapping = Annotated[
    Path | None, typer.Option("--mapping", metavar="FILE", help="What the columns of csv or jsonl mean, in YAML.")
]
Values = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="What else a format can be told; may be repeated."),
]
Covers = Annotated[
    str | None,
    typer.Option(
        "--covers", metavar="PERIOD",
        help="The period of which the files together tell all, such as 2018 or 2018-01-01/2018-06-30: tables then have "
        "zeros where they tell of nothing.",
    ),
]  # fmt: skip
DryRun = Annotated[bool, typer.Option("--dry-run", help="Tell everything and write nothing.")]
Rejects = Annotated[
    Path | None,
    typer.Option("--rejects", metavar="FILE", help="Where to write records that became no statement, as JSON lines."),
]
_ENCODINGS = {"cp1252": "Windows-1252", "mac_roman": "Mac Roman"}
AsJson = Annotated[bool, typer.Option("--json", help="Print the reports as JSON.")]


def import_(
    format: Name = None, files: Files = None, listed: Listed = False, store: Store = None, name: Called = None,
    names: Names = None, mapping: Mapping = None, values: Values = None, covers: Covers = None,
    dry_run: DryRun = False, rejects: Rejects = None, wait: Wait = 10, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Import released files of event data or agreements, each event with its source.

    Either all files are there afterwards or none. The same file again changes nothing, and another of the same name
    replaces it. What cannot be a statement is kept with the reason, beside the store.
    """
    if listed:
        write_table(("format", "what"), ((f.name, f.title) for f in formats().values()))
        return
    if format is None or not files:
        raise typer.BadParameter("name the format and the files: tertius import icews FILE...; --list lists formats")
    folder = named_store(store)
    if folder is None and not dry_run:
        raise typer.BadParameter("name the store: --store FOLDER, or TERTIUS_STORE in the environment")
    given = Options(tuple(names or ()), mapping, dict(_pair(v) for v in values or ()), covers)
    with contextlib.ExitStack() as stack:
        # What cannot be written is told before anything is imported.
        told = stack.enter_context(output(rejects)) if rejects and not dry_run else None
        graph = stack.enter_context(_graph(None if dry_run and not _is_store(folder) else folder))
        with _bar() as tell, _ended_in_order():
            reports = graph.import_files(
                format, files, options=given, name=name, dry_run=dry_run, progress=tell, wait=wait
            )
        if told:
            for report in reports:
                for line in graph.originals(report.source).rejected_lines():
                    told.write(line)
        kept = [graph.originals(r.source).folder for r in reports if r.rejected] if not dry_run else []
    if as_json:
        write_json(reports)
        return
    for report in reports:
        _tell(report, dry_run)
    for path in kept:
        note(f"rejected records are in {path / 'rejects.jsonl'}")


def _is_store(folder: Path | None) -> bool:
    return folder is not None and folder.is_dir() and any(folder.iterdir())


@contextlib.contextmanager
def _graph(folder: Path | None) -> Iterator[KnowledgeGraph]:
    """The store of a folder, which an error does not leave behind where it was made for this; a temporary one else."""
    new = folder is not None and not _is_store(folder)
    try:
        with KnowledgeGraph(folder) as graph:
            yield graph
    except BaseException:
        if new and folder is not None:
            _remove_unused(folder)
        raise


def _remove_unused(folder: Path) -> None:
    """Removes a store into which nobody else has written, or is writing, meanwhile."""
    with contextlib.suppress(StoreError):
        made = RevisionFolder(folder)
        with made.locked():
            if made.current_number() <= 1:
                shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _ended_in_order() -> Iterator[None]:
    """SIGTERM ends what runs within as Ctrl-C does, so that nothing is left of it."""

    def end(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise InputError(f"{text!r} sets nothing", way_out="write NAME=VALUE")
    return name, value


@contextlib.contextmanager
def _bar() -> Iterator[Told]:
    """A bar on standard error, where that is a terminal: records, their rate, and the time that is left."""
    if not sys.stderr.isatty():
        yield lambda _file, _read: None
        return
    columns = (
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks = {}

        def tell(file: SourceFile, read: int) -> None:
            if file.name not in tasks:
                tasks[file.name] = bar.add_task(file.name, total=file.size, rate="")
            task = bar.tasks[bar.task_ids.index(tasks[file.name])]
            speed = read / task.elapsed if task.elapsed else 0
            bar.update(tasks[file.name], completed=file.position, rate=f"{read:,} records, {speed:,.0f}/s")

        yield tell


def _tell(r: ImportReport, dry_run: bool) -> None:
    if r.unchanged:
        typer.echo(f"{r.file}: this very file is there already, nothing has changed")
        return
    would = "would be " if dry_run else ""
    typer.echo(
        f"{r.file}: {r.read} records read = {r.stored} {would}stored + {r.repeated} repeated + {r.rejected} rejected"
    )
    told = {
        f"statements {would}made": r.statements,
        "of them new": r.added,
        "of the repeated are in other files of the data set": r.elsewhere,
        "have the id and day of a record in another file, and say otherwise": r.recoded,
        "retracted, since the file no longer has them": r.retracted,
        "tell of an event that others tell of as well": r.linked,
        "have a code for which only a wider relation stands": r.unmapped,
        f"records that are no UTF-8, read as {_ENCODINGS.get(r.otherwise, r.otherwise)}": r.other_encoding,
    }
    for what, number in told.items():
        if number:
            typer.echo(f"  {number} {what}")
    if r.first:
        typer.echo(f"  from {r.first} to {r.last}")
    for reason, number in r.reasons.items():
        typer.echo(f"  {number} rejected: {reason}")
    if r.unmapped_codes:
        codes = sorted(r.unmapped_codes.items(), key=lambda p: -p[1])
        typer.echo("  codes without a relation of their own: " + ", ".join(f"{c} ({n})" for c, n in codes[:10]))


app = application(
    import_,
    """
Examples:
  tertius import --list                                        the formats
  tertius import icews events.2018.tab.zip --store kg          one release
  tertius import gdelt *.export.CSV.gz --store kg              many, as one step
  curl -s ... | tertius import polecat - --name ngec.txt --store kg
  tertius import icews-tkg valid.txt --names entity2id.txt --names relation2id.txt --store kg
  tertius import csv mine.csv --mapping mine.yml --dry-run     look first
""",
)
