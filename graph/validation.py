"""All that can be checked of data sets or of a store: models, names, places in texts, frames, shapes."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from graph.datasets import Dataset, check_texts, dataset_folders, read_dataset
from graph.exceptions import InputError, InputErrors
from graph.frames import entity_faults, frame_faults, source_faults
from graph.knowledge_graph import KnowledgeGraph
from graph.locating import faulty_cut
from graph.names import Names
from graph.shapes import Finding, Severity, ranked, shape_findings
from graph.snapshot import Snapshot
from graph.sources import Source
from graph.statements import Statement
from ontology import Kind

Progress = Callable[[str], None]
Where = Callable[[Statement], str]


def validate_datasets(
    path: Path, texts: Path | None = None, *, shapes: bool = True, progress: Progress = lambda _: None
) -> list[Finding]:
    """What is wrong with a data set, or with those of a folder; the shapes are asked only where all else is right."""
    findings: list[Finding] = []
    datasets: list[Dataset] = []
    for folder in dataset_folders(path):
        progress(f"reading {folder.name}")
        try:
            dataset = read_dataset(folder)
        except InputErrors as found:
            findings += map(_violation, found.errors)
            continue
        datasets.append(dataset)
        for where in filter(None, (dataset.texts, texts)):
            findings += map(_violation, check_texts(dataset.sources, where))
            findings += _cuts(dataset.statements.values(), dataset.sources, where, _place_in(dataset))
        if texts:
            findings += _missing_texts(dataset.sources, texts, dataset.texts)
    entities = {id: e for dataset in datasets for id, e in dataset.entities.items()}
    findings += _ambiguous(Names(entities))
    if any(f.severity is Severity.VIOLATION for f in findings):
        return ranked(findings)
    with tempfile.TemporaryDirectory(prefix="tertius-") as folder_name, KnowledgeGraph(folder_name) as graph:
        try:
            graph.load(path, texts=texts, progress=progress)
        except InputErrors as found:
            return ranked([*findings, *map(_violation, found.errors)])
        except InputError as error:
            return ranked([*findings, _violation(error)])
        if shapes:
            progress("applying shapes")
            findings += shape_findings(graph.snapshot)
    return ranked(findings)


def validate_snapshot(
    snapshot: Snapshot, texts: Path | None = None, *, shapes: bool = True, progress: Progress = lambda _: None
) -> list[Finding]:
    """What is wrong with a store."""
    findings: list[Finding] = []

    def kind_of(id: str) -> Kind | None:
        entity = snapshot.entities.get(id)
        return entity.kind if entity else None

    for entity in snapshot.entities.values():
        findings += (
            Finding(Severity.VIOLATION, f"e:{entity.id}", f"{name}: {m}") for name, m in entity_faults(entity, kind_of)
        )

    progress("reading statements")
    step = 1000
    for first in range(0, len(snapshot.columns), step):
        batch = snapshot.statements(range(first, min(first + step, len(snapshot.columns))))
        for s in batch:
            faults = [*frame_faults(s, kind_of), *source_faults(s, snapshot.sources[s.source])]
            findings += (Finding(Severity.VIOLATION, f"st:{s.id}", f"{name}: {m}") for name, m in faults)
        if texts:
            findings += _cuts(batch, snapshot.sources, texts, lambda s: f"st:{s.id}")
    if texts:
        findings += map(_violation, check_texts(snapshot.sources, texts))
        findings += _missing_texts(snapshot.sources, texts)
    findings += _ambiguous(snapshot.names)
    if shapes:
        progress("applying shapes")
        findings += shape_findings(snapshot)
    return ranked(findings)


def _violation(error: InputError) -> Finding:
    where = f"{error.file}:{error.line}" if error.line else error.file
    return Finding(Severity.VIOLATION, where, error.message + (f" ({error.way_out})" if error.way_out else ""))


def _place_in(dataset: Dataset) -> Where:
    def place(statement: Statement) -> str:
        error = dataset.error(statement.id, "", ("start",))
        return f"{error.file}:{error.line}"

    return place


def _cuts(
    statements: Iterable[Statement], sources: Mapping[str, Source], folder: Path, where: Where
) -> Iterator[Finding]:
    """Warnings for passages that begin or end within a word: mostly offsets that somebody counted by hand."""
    texts: dict[str, str | None] = {}
    for s in statements:
        file = sources[s.source].file
        if file is None or s.start is None or s.end is None:
            continue
        if file not in texts:
            try:
                texts[file] = (folder / file).read_bytes().decode("utf-8")
            except (OSError, UnicodeDecodeError):
                texts[file] = None  # absent, or told of by `check_texts`
        text = texts[file]
        if text is not None and s.end <= len(text) and (fault := faulty_cut(text, s.start, s.end)):
            yield Finding(Severity.WARNING, where(s), f"statement {s.key or s.id!r}: {fault}")


def _missing_texts(sources: Mapping[str, Source], *folders: Path | None) -> Iterator[Finding]:
    for source in sources.values():
        if source.file and not any((folder / source.file).is_file() for folder in folders if folder):
            message = f"no text {source.file!r} in the folder: its hash and offsets are not checked"
            yield Finding(Severity.INFO, f"s:{source.id}", message)


def _ambiguous(names: Names) -> Iterator[Finding]:
    for name, ids in names.ambiguous().items():
        message = f"{name!r} is the name of {', '.join(ids)}: questions must give an id instead"
        yield Finding(Severity.WARNING, f"e:{ids[0]}", message)
