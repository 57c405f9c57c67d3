"""A released file as a source of the store, and all that an import of it needs."""

import contextlib
import hashlib
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from functools import partial
from pathlib import Path

from graph.alike import Batch
from graph.columns import NONE
from graph.exceptions import FormatError, InputError
from graph.importing.across import Across, still_said
from graph.importing.actors import Resolver
from graph.importing.events import Format, Options
from graph.importing.files import SourceFile, pieces, unreadable
from graph.importing.originals import Originals
from graph.importing.pipeline import IMPORTER, FileImport, ImportReport
from graph.importing.registry import with_suggestion
from graph.revisions import IMPORTS
from graph.snapshot import Snapshot
from graph.sources import Source, check_period
from graph.writing import Draft
from ontology import Modality

Told = Callable[[SourceFile, int], None]
"""Told how many records of a file have been read, and by the file how much of it."""
_LONGEST_NAME = 255
_IN_NO_NAME = re.compile(r"[/\\\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_LONGEST_SLUG = 120


@contextlib.contextmanager
def released(paths: Sequence[Path | str], name: str | None = None) -> Iterator[list[SourceFile]]:
    """The files of these paths; standard input, "-", is kept in a temporary file meanwhile.

    Raises InputError where one is not there, where two have the same name, or several are given one name.
    """
    if name and len(paths) > 1:
        raise InputError(f"{len(paths)} files cannot all be called {name!r}", way_out="import them one by one")
    with contextlib.ExitStack() as stack:
        files = []
        for path in paths:
            if str(path) == "-":
                if not name:
                    raise InputError("standard input has no name", way_out="say which file it is: --name FILE")
                _check_name(name)
                path = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tertius-"))) / name
                try:
                    with path.open("wb") as kept:
                        kept.writelines(pieces(sys.stdin.buffer, name))
                except OSError as error:
                    raise InputError(
                        f"standard input cannot be kept in {tempfile.gettempdir()} meanwhile: {error.strerror}",
                        way_out="make room there, or name another folder: TMPDIR=FOLDER",
                    ) from None
            files += SourceFile.all_of(path, name=name)
        for file in files:
            _check_name(file.name)
        names = [f.name for f in files]
        if twice := {n for n in names if names.count(n) > 1}:
            raise InputError(f"two files are called {', '.join(twice)}", way_out="give one another name: --name FILE")
        yield files


def _check_name(name: str) -> None:
    """Raises InputError where a file cannot be called so."""
    if _IN_NO_NAME.search(name) or name in (".", "..") or len(name.encode()) > _LONGEST_NAME:
        raise InputError(
            f"no file can be called {name[:100]!r}",
            way_out=f"call it by a name of at most {_LONGEST_NAME} bytes without slashes and control characters",
        )


class Release:
    """One file on its way into a store: its source, and whether it is there already."""

    def __init__(self, format: Format, file: SourceFile, options: Options, store: Path) -> None:
        self.format, self.file, self.options = format, file, options
        with file.open() as stream:
            for _ in pieces(stream, str(file.path or file.name)):
                pass
        head = file.head()
        if not head.strip():
            raise FormatError(f"{file.name} is empty", way_out="fetch the file again")
        if found := unreadable(head):
            raise FormatError(f"{file.path or file.name} {found[0]}", way_out=found[1])
        self.source = Source(
            id=source_id(format, file.name), title=file.name, kind=format.kind, licence=format.licence,
            sha256=file.sha256, file=file.name, dataset=format.dataset, coder=format.coder, modality=Modality.CODED,
            covers=_period(options.covers),
        )  # fmt: skip
        self._store, self._folder = store, originals_folder(store, self.source)
        self._beside = beside(options)

    def known(self, base: Snapshot) -> ImportReport | None:
        """The report of the import that has brought this very file into the store, and of which all is still there."""
        told = Originals(self._folder).report
        if base.sources.get(self.source.id) != self.source or told is None:
            return None
        report = ImportReport.model_validate_json(told)
        columns = base.stated
        there = (
            int((columns.source == columns.source_number.get(self.source.id, NONE)).sum()) if report.statements else 0
        )
        same = (report.importer, report.beside) == (IMPORTER, self._beside) and there >= report.statements
        if same and report.elsewhere:
            same = still_said(self._folder, _folders(base, self._store, self.format.dataset, {self.source.id}))
        return report.model_copy(update={"unchanged": True}) if same else None

    def work(self, base: Snapshot, resolver: Resolver, draft: Draft | None, told: Told, across: Across) -> FileImport:
        """The import, whose statements are to be read; without a draft nothing is kept of it."""
        return FileImport(
            self.format, self.file, self.options, self.source, base=base, resolver=resolver,
            across=across, beside=self._beside, folder=self._folder if draft else None,
            put_entity=draft.add_entity if draft else lambda *_: None,
            progress=partial(told, self.file),
        )  # fmt: skip

    def suggesting(self, statements: Iterator[Batch]) -> Iterator[Batch]:
        """The same statements. Where the file is not of the format, the error names those that it looks like."""
        try:
            yield from statements
        except FormatError as error:
            raise with_suggestion(error, self.file, self.format.name) from None


def _period(covers: str | None) -> str | None:
    """The period as it is. Raises InputError where it is none."""
    if covers is None:
        return None
    try:
        return check_period(covers.strip())
    except ValueError as error:
        raise InputError(
            f"what the files cover is no period: {error}", way_out="write 2018, 2018-06 or 2018-01-01/2018-06-30"
        ) from None


def beside_them(base: Snapshot, store: Path, releases: Sequence[Release]) -> Across:
    """What is there of the data set of these files besides them: they replace what they brought before."""
    replaced = {r.source.id for r in releases}
    return Across(_folders(base, store, releases[0].format.dataset, replaced) if releases else ())


def _folders(base: Snapshot, store: Path, dataset: str, but: Set[str]) -> list[Path]:
    of_dataset = (s for s in base.sources.values() if s.dataset == dataset and s.id not in but)
    return [folder for s in of_dataset if (folder := originals_folder(store, s)).is_dir()]


def beside(options: Options) -> str:
    """A hash of what a file is read with: with other name tables or another mapping it says something else."""
    files = [*options.names, *filter(None, [options.mapping])]
    content = [path.read_bytes() if path.is_file() else b"" for path in files]
    if not content and not options.values:
        return ""
    told = [*(hashlib.sha256(c).hexdigest() for c in content), *sorted(f"{k}={v}" for k, v in options.values.items())]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def source_id(format: Format, name: str) -> str:
    """The id of the source that a released file is: a corrected file of the same name is the same source."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    if not name.isascii() or len(slug) > _LONGEST_SLUG:  # what is left of such a name may be another's as well
        slug = f"{slug[:_LONGEST_SLUG]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}".lstrip("-")
    return f"{format.dataset}-{slug}"[:200]


def check_apart(releases: Sequence["Release"], sources: Mapping[str, Source]) -> None:
    """Raises InputError where two names are so alike that the files would be one source."""
    names = {id: source.file for id, source in sources.items()}
    for release in releases:
        other = names.setdefault(release.source.id, release.file.name)
        if other != release.file.name:
            raise InputError(
                f"{release.file.name!r} and {other!r} have names too much alike to be told apart as sources",
                way_out="give one another name: --name FILE",
            )


def originals_folder(store: Path, source: Source) -> Path:
    """Where the records of a source are kept as they were."""
    return store / IMPORTS / (source.kept_as or source.id)
