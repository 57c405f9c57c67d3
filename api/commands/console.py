"""What commands write: tables, JSON, files, and progress. Colours and bars only where somebody looks on."""

import contextlib
import errno
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import typer
from pydantic_core import to_json
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

WIDE = 4000
"""Columns of a "terminal" that is a file or a pipe: no line of a table is cut or wrapped there."""

# Control characters in names could drive the terminal.
_CONTROLS = {
    c: "\ufffd" for c in [*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)] if c != 0x0A
}


def application(
    function: Callable[..., None], epilog: str, commands: Mapping[str, Callable[..., None]] | None = None
) -> typer.Typer:
    """A command of its own from a function, whose docstring is its help; the epilog gives examples.

    Where there are further commands below it, the function is called before each of them, and without any.
    """
    app = typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    examples = "\b\n" + epilog.strip("\n")
    if not commands:
        app.command(epilog=examples)(function)
        return app
    app.callback(epilog=examples, invoke_without_command=True)(function)
    for name, command in commands.items():
        app.command(name)(command)
    return app


def write_json(data: Any) -> None:
    """JSON on standard output, indented."""
    write_bytes(to_json(data, indent=2, inf_nan_mode="null") + b"\n")


def write_bytes(data: bytes) -> None:
    """Bytes on standard output, after what was printed before."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def write_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, lines: bool = False) -> None:
    """A table on standard output. Values are shown as they are, whatever they hold; `lines` sets rows apart."""
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else WIDE, highlight=False)
    table = Table(box=SIMPLE_HEAD, show_lines=lines and sys.stdout.isatty(), pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(cell(value) for value in row))
    if sys.stdout.isatty():
        console.print(table)
        return
    with console.capture() as capture:
        console.print(table)
    for line in capture.get().splitlines():
        if line.strip():
            typer.echo(line.rstrip())


def cell(value: object) -> Text:
    """A value as text without markup or control characters."""
    return Text("" if value is None else str(value).translate(_CONTROLS))


def note(message: str) -> None:
    """A remark on standard error."""
    typer.echo(message.translate(_CONTROLS), err=True)


@contextlib.contextmanager
def progress(description: str, total: int | None = None) -> Iterator[Callable[[str | int], None]]:
    """A bar on standard error, where that is a terminal. It is told of steps by name and of work done by number."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(description, total=total)

        def tell(step: str | int) -> None:
            if isinstance(step, str):
                bar.update(task, description=step.translate(_CONTROLS))
            else:
                bar.advance(task, step)

        yield tell


@contextlib.contextmanager
def output(path: Path | None) -> Iterator[IO[bytes]]:
    """A binary file that appears under its name only when the block ends without an error; standard output for None."""
    if path is None or str(path) == "-":
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = path.resolve()
    if path.exists() and not path.is_file():
        # A device or a pipe is written to, never replaced; a folder raises what it should.
        with path.open("wb") as file:
            yield file
        return
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "no such folder", str(path.parent))
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
