"""A data set into a draft: what it says now, no more and no less, of what is its own."""

from collections.abc import Iterable, Iterator

from graph.adjudication import carried
from graph.datasets import Dataset
from graph.exceptions import InputError, InputErrors
from graph.statements import Statement
from graph.writing import Draft, Report
from ontology import Status


def merge(draft: Draft, dataset: Dataset, report: Report) -> None:
    """Makes the draft say what the data set says. Raises InputErrors with every fault of the data set."""
    name = dataset.info.name
    errors = list(dataset.faults(draft.defined_beside(name)))
    if errors:
        raise InputErrors(errors)
    for entity in dataset.entities.values():
        try:
            report.entities += draft.put_entity(entity, name)
        except InputError as error:
            errors.append(dataset.error(f"entity:{entity.id}", error.message, (), error.way_out))
    for source in dataset.sources.values():
        try:
            report.sources += draft.put_source(source)
        except InputError as error:
            errors.append(dataset.error(f"source:{source.id}", error.message, (), error.way_out))
    for source in dataset.sources.values():
        if source.derived_from and source.derived_from not in draft.sources:
            message = f"no source has the id {source.derived_from!r}"
            errors.append(dataset.error(f"source:{source.id}", message, ("derived_from",), "add it, or mend the id"))
    if errors:
        raise InputErrors(errors)
    coders = {dataset.info.coder} | {s.coder for s in dataset.statements.values()}
    of_source: dict[str, dict[str, Statement]] = {s.id: {} for s in draft.sources.values() if s.dataset == name}
    for id, statement in dataset.statements.items():
        of_source[statement.source][id] = statement
    for source_id, wanted in of_source.items():
        sync_source(draft, source_id, wanted, coders, report)
    errors += [
        dataset.error(
            id,
            f"refers to the statement {other!r}, which does not exist",
            (),
            "load its data set first, or mend the id",
        )
        for id, other in dangling(draft, dataset.statements.values())
    ]
    if errors:
        raise InputErrors(errors)
    for id in [i for i, names in draft.datasets.items() if name in names and i not in dataset.entities]:
        draft.release_entity(id, name)
        report.entities += 1
    report.datasets.append(name)


def sync_source(draft: Draft, source: str, wanted: dict[str, Statement], coders: set[str], report: Report) -> None:
    """Makes a source's statements those wanted: adds, updates, and retracts what is no longer there.

    A statement that is replaced stays, retracted, and points to the one that has its key now. What was adjudicated
    stays so. Statements of other coders are left alone.
    """
    there = set(draft.ids_of(source))
    by_key = {s.key: s.id for s in wanted.values() if s.key}
    for id in there:
        assert draft.base is not None, "statements that are there were written"
        old = draft.base.statement(id)
        if id in wanted:
            if (new := carried(old, wanted[id])) != old:
                draft.put_statement(new)
                report.changed += 1
        elif old.coder in coders and old.status is not Status.RETRACTED:
            successor = by_key.get(old.key) if old.key else None
            note = old.note or ("Replaced by a later version." if successor else "No longer in the data set.")
            update = {"status": Status.RETRACTED, "note": note, "corrected_by": successor or old.corrected_by}
            draft.put_statement(old.model_copy(update=update))
            report.retracted += 1
    for id, statement in wanted.items():
        if id not in there:
            draft.put_statement(statement)
            report.added += 1


def dangling(draft: Draft, statements: Iterable[Statement]) -> Iterator[tuple[str, str]]:
    """Ids of statements that refer to one that does not exist, with the id that they give."""
    for s in statements:
        for other in (*s.statements(), s.corrected_by):
            if other and not draft.has_statement(other):
                yield s.id, other
