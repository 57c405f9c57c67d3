"""KnowledgeGraph: store and mirror behind one write path. What notebooks hold and the service serves."""

import contextlib
import shutil
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal, Self, overload

import networkx as nx
import rdflib
from oxrdflib import OxigraphStore

from graph import adjudication, judging
from graph.agreement import Agreement, agreement
from graph.asking import Asking
from graph.changes import Change, SparqlUpdate, Touched, apply_change
from graph.citations import Citations
from graph.contradictions import Contradiction, contradictions
from graph.counts import CountedBy, counts
from graph.datasets import Dataset, check_texts, dataset_folders, read_dataset
from graph.differences import Differences
from graph.entities import Entity
from graph.episodes import GAP, Episodes, episodes
from graph.evidence import Evidence
from graph.exceptions import InputError, InputErrors, NotFoundError, ParameterError, StoreFormatError
from graph.frames import entity_faults, frame_faults, source_faults
from graph.garbage import fewer_collections
from graph.holdings import Holding, holdings
from graph.identities import Judgement
from graph.importing.across import Across
from graph.importing.actors import Resolver
from graph.importing.events import Options
from graph.importing.originals import Originals
from graph.importing.pipeline import FileImport, ImportReport
from graph.importing.records import KeptRecord, kept_record
from graph.importing.registry import format_named
from graph.importing.releases import Release, Told, beside_them, check_apart, originals_folder, released
from graph.merging import dangling, merge
from graph.named_queries import named_query
from graph.networks import Asked, Dyads, Projection, asked_for, dyads, kept, windows
from graph.networks.asked import actor, split
from graph.questions import Answers, Level, ask
from graph.rdf import Iris
from graph.remote import RemoteGraph
from graph.results import RESULTS, TRIPLES, Results
from graph.reviewing import NothingChangedError, Review
from graph.revisions import Revision, RevisionFolder
from graph.selection import SOURCE_VOICE, Selection
from graph.shipped import shipped_data
from graph.snapshot import Snapshot
from graph.sources import Source
from graph.statements import Statement, in_order
from graph.tables import By, Split, Table, Unit, table
from graph.timelines import Step, Timeline, timeline
from graph.times import edtf_bounds
from graph.values import Term, Value, bound
from graph.writing import Draft, Report, ontology_hash
from ontology import Kind, Modality, Status, store_prefixes

Progress = Callable[[str], None]
Apply = Callable[..., Touched]
"""As `apply_change`."""


def _silent(_: str) -> None:
    pass


class KnowledgeGraph(Asking):
    """A graph of statements in a folder, in a temporary one where none is named.

    >>> with KnowledgeGraph() as kg:
    ...     report = kg.load("data/norland")
    ...     [answer.subject for answer in kg.ask("mediates", between=("Norland", "Sudland")).found]
    ['westmark']

    Several threads and processes may read while one writes. A new store has a copy of the vocabulary in it unless
    `vocabulary` is false: then it is empty. Raises StoreFormatError, StoreWriteError.
    """

    def __init__(
        self, path: Path | str | None = None, *,
        base: str | None = None, vocabulary: bool = True, keep_cited: int | None = None,
    ) -> None:  # fmt: skip
        """Opens the store in a folder, or makes it, with the base of its IRIs; without a folder a temporary one.

        `keep_cited` sets how many revisions beside the recent ones the store keeps because frozen answers need them.
        """
        self._vocabulary = vocabulary
        self._temporary = None if path is not None else tempfile.mkdtemp(prefix="tertius-")
        self.path = Path(path if path is not None else str(self._temporary))
        self._folder = RevisionFolder(self.path, base)
        self.iris = Iris(self._folder.format.base)
        # Looking at older revisions may take long, and must not hold up who opens the current one.
        self._lock, self._writing, self._looking_back = threading.RLock(), threading.RLock(), threading.RLock()
        self._snapshot: Snapshot | None = None
        self._older: dict[int, Snapshot] = {}
        self._differences: dict[tuple[int, int], Differences] = {}
        self.citations = Citations(self.path)
        if self._temporary:
            weakref.finalize(self, shutil.rmtree, self._temporary, ignore_errors=True)
        if self._folder.current_number() == 0:
            with self._folder.locked(wait=10):
                if self._folder.current_number() == 0:
                    with self._folder.writing() as revision:
                        Draft(None, self.iris, vocabulary=vocabulary).write(revision, Report())
        if keep_cited is not None:
            self._folder.keep_cited = keep_cited

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the current revision. Nothing is lost: every write was synced when it returned."""
        with self._lock:
            self._snapshot = None
        with self._looking_back:
            self._older.clear()
            self._differences.clear()

    @property
    def store_id(self) -> str:
        """The store's own id, fixed when it was created."""
        return self._folder.format.store_id

    @property
    def opened(self) -> Snapshot | None:
        """The current revision where it is open already, None where opening it would take a while."""
        current = self._snapshot
        return current if current is not None and current.revision == self._folder.current_number() else None

    @property
    def snapshot(self) -> Snapshot:
        """The current revision, also where another process has just written it."""
        if (current := self.opened) is not None:
            return current
        with self._lock:
            current = self._snapshot
            if current is None or current.revision != self._folder.current_number():
                self._snapshot = current = self._open()
            return current

    def _open(self) -> Snapshot:
        revision = self._folder.current()
        if revision is None:
            raise StoreFormatError(f"{self.path} holds no revision")
        return Snapshot(revision, self.iris)

    @contextlib.contextmanager
    def _revising(self, base: Snapshot, draft: Draft) -> Iterator[Revision]:
        """The folder of the next revision, with the engine's copy: opened and made current when the block ends.

        Readers never wait for it: it is made ready before it is the one that they are given.
        """
        with contextlib.ExitStack() as stack:
            with self._folder.writing() as revision:
                draft.copy(revision)
                yield revision
                new = Snapshot(Revision(revision.path).hold(), self.iris, draft.contents)
                new.make_ready_like(base)
                # From here until it is in its place nobody opens it a second time.
                stack.enter_context(self._lock)
            self._snapshot = new

    @property
    def revisions(self) -> list[int]:
        """Numbers of the revisions that are kept, the current one last."""
        return self._folder.kept()

    def at(self, revision: int) -> Snapshot:
        """A revision that is still kept: `revisions` lists them. Raises NotFoundError."""
        if (current := self.snapshot).revision == revision:
            return current
        with self._looking_back:
            if revision not in self._older:
                found = Snapshot(self._folder.at(revision), self.iris)
                _make_room(self._older, _OLDER_KEPT)
                self._older[revision] = found
            return self._older[revision]

    def differences(self, since: int, until: int | None = None) -> Differences:
        """What the revision `until`, the current one where none is named, says that `since` does not, and the reverse.

        Raises NotFoundError where one of them is no longer kept.
        """
        pair = since, self.snapshot.revision if until is None else until
        with self._looking_back:
            if pair not in self._differences:
                found = Differences(self.at(pair[0]), self.at(pair[1]))
                _make_room(self._differences, _OLDER_KEPT)
                self._differences[pair] = found
            return self._differences[pair]

    # Writing

    def load(
        self,
        path: Path | str | None = None,
        *,
        texts: Path | str | None = None,
        progress: Progress = _silent,
        wait: float = 10,
    ) -> Report:
        """Loads a data set, or all data sets of a folder but invented ones; the shipped ones where none is named.

        Either everything is loaded or, with InputErrors listing every fault with file and line, nothing. Loading
        the same again changes nothing; a changed data set replaces what it said before. Texts in `texts` are
        checked by hash. Waits `wait` seconds for another writer.
        """
        folders = dataset_folders(Path(path) if path is not None else shipped_data())
        datasets: list[Dataset] = []
        errors: list[InputError] = []
        for folder in folders:
            progress(f"reading {folder.name}")
            try:
                dataset = read_dataset(folder)
            except InputErrors as found:
                errors += found.errors
                continue
            datasets.append(dataset)
            for where in (dataset.texts, Path(texts) if texts else None):
                errors += check_texts(dataset.sources, where) if where else []
        for dataset in datasets:
            if any(d.info.name == dataset.info.name for d in datasets if d is not dataset):
                message = f"several data sets here have the name {dataset.info.name!r}"
                errors.append(dataset.error("dataset", message, ("name",), "rename one of them"))
        if errors:
            raise InputErrors(errors)

        def change(draft: Draft, report: Report) -> None:
            for dataset in datasets:
                progress(f"loading {dataset.info.name}")
                merge(draft, dataset, report)

        return self._write(change, wait)

    def import_files(
        self, format: str, paths: Sequence[Path | str], *, options: Options | None = None, name: str | None = None,
        dry_run: bool = False, progress: Told = lambda _file, _read: None, wait: float = 10,
    ) -> list[ImportReport]:  # fmt: skip
        """Imports released files of event data or agreements; all of them are there afterwards, or none.

        `name` is what the one file is called where its path does not tell ("-" is standard input). Importing the same
        file again changes nothing; another of the same name replaces it. What cannot be a statement is counted and
        kept with the reason: `originals`. A dry run only tells. Raises InputError, FormatError and as `load`.
        """
        options = options or Options()
        reader = format_named(format, options)
        with released(paths, name) as files, fewer_collections():
            releases = [Release(reader, file, options, self.path) for file in files]
            check_apart(releases, self.snapshot.sources)
            if dry_run:
                return self._tried(releases, progress)
            works: list[ImportReport | FileImport] = []

            def change(draft: Draft, report: Report) -> None:
                resolver = Resolver(draft.entities)
                unchanged = [release.known(self.snapshot) for release in releases]
                across = self._across(releases, unchanged)
                for release, known in zip(releases, unchanged, strict=True):
                    if known is not None:
                        works.append(known)
                        continue
                    work = release.work(self.snapshot, resolver, draft, progress, across)
                    draft.stream_source(release.source, release.suggesting(work.statements()), work.finish)
                    works.append(work)
                    report.sources += 1

            self._write(change, wait)
        return [work if isinstance(work, ImportReport) else work.report for work in works]

    def _tried(self, releases: Sequence[Release], progress: Told) -> list[ImportReport]:
        reports, resolver = [], Resolver(self.snapshot.entities)
        unchanged = [release.known(self.snapshot) for release in releases]
        across = self._across(releases, unchanged)
        for release, known in zip(releases, unchanged, strict=True):
            if known is not None:
                reports.append(known)
                continue
            work = release.work(self.snapshot, resolver, None, progress, across)
            for _ in release.suggesting(work.statements()):
                pass
            reports.append(work.report)
        return reports

    def _across(self, releases: Sequence[Release], unchanged: Sequence[ImportReport | None]) -> Across:
        read = [release for release, known in zip(releases, unchanged, strict=True) if known is None]
        return beside_them(self.snapshot, self.path, read)

    def originals(self, source: str) -> Originals:
        """The records of an imported file as they were. Raises NotFoundError where the source is no imported file."""
        found = Originals(originals_folder(self.path, self.snapshot.source(source)))
        if found.report is None:
            raise NotFoundError("imported file", source)
        return found

    def record(self, statement: str) -> KeptRecord:
        """The record of an imported file that a statement was made of. Raises NotFoundError and NoRecordError."""
        return kept_record(self.snapshot, self.path, statement)

    def holdings(self) -> dict[str, Holding]:
        """What the store holds of each data set, and what became of the records of its files, by id."""
        return holdings(self.snapshot, self.path)

    def add(
        self, statements: Iterable[Statement] = (), *, entities: Iterable[Entity] = (), sources: Iterable[Source] = (),
        dataset: str = "added", wait: float = 10,
    ) -> Report:  # fmt: skip
        """Adds statements, and the entities and sources that they need where they are not there yet.

        The entities are noted as those of `dataset`. Raises InputErrors or InputError; then nothing is written.
        """
        batch = list({s.id: s for s in statements}.values())
        named, origins = list(entities), list(sources)

        def change(draft: Draft, report: Report) -> None:
            report.entities = sum(draft.put_entity(e, dataset) for e in named)
            report.sources = sum(draft.put_source(s) for s in origins)
            errors = [
                InputError(f"entity {e.id!r}: {f}: {m}") for e in named for f, m in entity_faults(e, draft.kind_of)
            ]
            for id, other in (*((e.id, e.unnamed_in) for e in named), *((s.id, s.derived_from) for s in origins)):
                if other is not None and other not in draft.sources:
                    errors.append(InputError(f"{id!r}: no source has the id {other!r}"))
            for s in batch:
                if s.source not in draft.sources:
                    errors.append(InputError(f"statement {s.id}: no source has the id {s.source!r}"))
                    continue
                errors += [InputError(f"statement {s.id}: {f}: {m}") for f, m in _faults(s, draft)]
                row = draft.columns.row(s.id)
                if row is None:
                    report.added += 1
                elif draft.base and draft.base.statements([row])[0] != s:
                    report.changed += 1
                else:
                    continue
                draft.put_statement(s)
            errors += [
                InputError(f"statement {i}: refers to {o!r}, which does not exist") for i, o in dangling(draft, batch)
            ]
            if errors:
                raise InputErrors(errors)

        return self._write(change, wait)

    def merge_entities(self, entity: str, into: str, *, by: str, why: str, wait: float = 10) -> Report:
        """Records that one entity is another: from now on questions see one, and statements stay as they are.

        Raises InputError where that cannot be, UnknownNameError and AmbiguousNameError.
        """
        return self._judge(lambda snapshot: judging.merge(snapshot, entity, into, by, why), wait)

    def split_entity(
        self, entity: str, *, by: str, why: str, read_as: str | None = None, statements: Iterable[str] = (),
        wait: float = 10,
    ) -> Report:  # fmt: skip
        """Records that a merged entity is itself after all; or that these statements mean another than they name.

        Raises InputError, UnknownNameError, AmbiguousNameError and NotFoundError.
        """
        ids = tuple(statements)
        if (read_as is None) != (not ids):
            raise InputError("an entity is split by statements, and these mean another one: name both, or neither")

        def judge(snapshot: Snapshot) -> Judgement:
            if read_as is None:
                return judging.split(snapshot, entity, by, why)
            return judging.read_otherwise(snapshot, entity, read_as, ids, by, why)

        return self._judge(judge, wait)

    def withdraw_judgement(self, number: int, *, by: str, why: str, wait: float = 10) -> Report:
        """Records that a judgement of who is whom no longer stands. Raises InputError."""
        return self._judge(lambda snapshot: judging.withdraw(snapshot, number, by, why), wait)

    def judgements(self) -> tuple[Judgement, ...]:
        """All that was ever judged of who is whom, withdrawn or not, in order."""
        return self.snapshot.identities.judgements

    def _judge(self, judge: Callable[[Snapshot], Judgement], wait: float) -> Report:
        def change(draft: Draft, report: Report) -> None:
            assert draft.base is not None, "a graph has a revision"
            draft.judgements = (*draft.judgements, judge(draft.base))
            report.judgements = 1

        return self._write(change, wait)

    def adjudicate(
        self, rejected: Iterable[str], instead: str | None, *, by: str, why: str, wait: float = 10
    ) -> Report:
        chosen = None if instead is None else self.statement(instead)
        return self._decide(rejected, lambda s: adjudication.rejected(s, chosen, by, why), wait)

    def reopen(self, statements: Iterable[str], *, by: str, why: str, wait: float = 10) -> Report:
        return self._decide(statements, lambda s: adjudication.reopened(s, by, why), wait)

    def _decide(self, ids: Iterable[str], decide: Callable[[Statement], Statement], wait: float) -> Report:
        wanted = list(dict.fromkeys(ids))

        def change(draft: Draft, report: Report) -> None:
            for id in wanted:
                if not draft.has_statement(id):
                    raise NotFoundError("statement", id)
                draft.put_statement(decide(draft.statement(id)))
                report.changed += 1

        return self._write(change, wait)

    def agreement(self, coders: Sequence[str] = (), **filters: Any) -> Agreement:
        snapshot = self.snapshot
        return agreement(snapshot, selection_from_names(snapshot, filters), coders)

    def remove_source(self, id: str, *, wait: float = 10) -> Report:
        """Removes a source with all its statements. Raises NotFoundError, and InputError where others refer to them."""

        def change(draft: Draft, report: Report) -> None:
            report.removed = draft.remove_source(id)

        return self._write(change, wait)

    def update(
        self, text: str, *, raw: bool = False, using: Sequence[str] = (), using_named: Sequence[str] = (),
        base: str | None = None, wait: float = 10,
    ) -> Report:  # fmt: skip
        """Evaluates a SPARQL 1.1 update over the strict dataset; the usual prefixes are declared unless it is raw.

        For `using` and `using_named` see SparqlUpdate, for the rest `change`.
        """
        change = SparqlUpdate(text, base or self.iris.base, tuple(using), tuple(using_named))
        return self.change(change, raw=raw, wait=wait)

    def change(self, change: Change, *, raw: bool = False, apply: Apply = apply_change, wait: float = 10) -> Report:
        """Applies an update or a graph to the store, and has the mirror follow; either all of it or nothing.

        What changed must be whole statements, entities and sources afterwards, without a plain edge that no statement
        carries, unless it is `raw`: then the mirror follows what reads as whole, and the rest is left to the store.
        `apply` may do its part in another process. Raises QuerySyntaxError, QueryRefusedError, ParameterError,
        QueryError, RdfSyntaxError, NotFoundError, ChangeRefusedError, StoreLockedError, StoreWriteError.
        """
        report = Report()
        with self._writing, self._folder.locked(wait):
            base = self.snapshot
            draft = Draft(base, self.iris, vocabulary=base.has_vocabulary)
            review = Review(base, draft, raw=raw)
            try:
                with self._revising(base, draft) as revision:
                    touched = apply(revision.db, self.iris.base, change, prefixes=not raw)
                    review.read(revision.db, touched)
                    review.tell(report)
                    draft.write(revision, report, check=None if raw else review.check, raw=raw)
            except NothingChangedError:
                report.revision = base.revision
        return report

    def refresh_ontology(self, *, wait: float = 10) -> None:
        """Gives the store the vocabulary of this version where it has another, or none where it is to have none."""
        wanted = self._vocabulary or self.snapshot.has_vocabulary
        if wanted and self.snapshot.meta.get("ontology") != ontology_hash():
            self._write(lambda _draft, _report: None, wait, force=True)

    def _write(self, change: Callable[[Draft, Report], None], wait: float, *, force: bool = False) -> Report:
        with self._writing, self._folder.locked(wait):
            report = Report()
            base = self.snapshot
            draft = Draft(base, self.iris, vocabulary=self._vocabulary or base.has_vocabulary)
            change(draft, report)
            if report.nothing and not force:
                report.revision = base.revision
                return report
            try:
                with self._revising(base, draft) as revision:
                    draft.write(revision, report)
            finally:
                draft.forget_streams()
        return report

    # Asking

    def resolve(self, name: str, *, actor: bool = False, on: date | None = None) -> str:
        snapshot = self.snapshot
        id = snapshot.names.resolve(name, actor=actor)
        return id if on is None else snapshot.holder(id, on)

    def select(self, **filters: Any) -> Selection:
        """A selection from names instead of ids, lists or single values, and dates or ISO strings."""
        return selection_from_names(self.snapshot, filters)

    def ask(self, question: str, *, level: Level | str = Level.ENTITY, joined: bool = True, **filters: Any) -> Answers:
        snapshot = self.snapshot
        selection = selection_from_names(snapshot, filters | {"question": question})
        return ask(snapshot, selection, Level(level), joined=joined)

    def count(
        self, *by: CountedBy | str, limit: int | None = None, **filters: Any
    ) -> list[tuple[tuple[str, ...], int]]:
        """How many statements each has of what they are counted by ("subject", "object" ...), most first.

        The ten who mediate most: kg.count("subject", relation="mediates", limit=10). Who opposes whose mediation:
        kg.count("subject", "about_subject", question="opposes", about_relation="mediates").
        """
        return counts(self.snapshot, self.select(**filters), [CountedBy(b) for b in by], limit)

    def statements(self, **filters: Any) -> list[Statement]:
        snapshot = self.snapshot
        rows = snapshot.selector.select(selection_from_names(snapshot, filters)).rows
        return sorted(snapshot.statements(rows.tolist()), key=in_order)

    def statement(self, id: str) -> Statement:
        return self.snapshot.statement(id)

    @overload
    def network(
        self, *, projection: Literal["multi"] = "multi", by: None = None, **filters: Any
    ) -> "nx.MultiDiGraph[str]": ...
    @overload
    def network(self, *, projection: str, by: None = None, **filters: Any) -> "nx.Graph[str]": ...
    @overload
    def network(
        self, *, by: By | str, projection: str = "multi", **filters: Any
    ) -> "Iterator[tuple[str, nx.Graph[str]]]": ...
    def network(
        self, *, projection: str = "multi", by: By | str | None = None, **filters: Any
    ) -> "nx.Graph[str] | Iterator[tuple[str, nx.Graph[str]]]":
        """As `Asking.network`, kept for the revision; with `by`, a month or year and its network after the other."""
        snapshot = self.snapshot
        asked = asked_from_names(snapshot, projection, filters)
        return kept(snapshot, asked) if by is None else windows(snapshot, asked, by)

    def dyads(self, *, projection: str = "dyads", **filters: Any) -> Dyads:
        """The dyads, or with projection "signed" the pairs, as arrays: many times faster than as a network."""
        snapshot = self.snapshot
        asked = asked_from_names(snapshot, projection, filters)
        if asked.projection not in (Projection.DYADS, Projection.SIGNED):
            raise ParameterError("projection", f"{projection!r} has no dyads: give dyads or signed")
        return dyads(snapshot, asked)

    def episodes(
        self, *, between: Iterable[str] = (), mediator: str | None = None, gap: int = GAP,
        level: Level | str = Level.ENTITY, **filters: Any,
    ) -> Episodes:  # fmt: skip
        """Episodes of mediation, between two sides or by one mediator: see `graph.episodes`.

        `filters` choose the statements, `between` and `mediator` the episodes. Raises what `ask` raises.
        """
        snapshot, chosen = self.snapshot, Level(level)
        sides = [actor(snapshot, name, chosen) for name in _listed(between)]
        who = None if mediator is None else actor(snapshot, mediator, chosen)
        selection = selection_from_names(snapshot, filters)
        return episodes(snapshot, selection, between=sides, mediator=who, gap=gap, level=chosen)

    def timeline(self, by: Step | str = Step.MONTH, **filters: Any) -> Timeline:
        snapshot = self.snapshot
        return timeline(snapshot, selection_from_names(snapshot, filters), Step(by))

    def table(
        self, unit: Unit | str, by: By | str = By.MONTH, *, level: Level | str = Level.ENTITY,
        split: Split | str = Split.NONE, joined: bool = True, complete: bool = True, **filters: Any,
    ) -> Table:  # fmt: skip
        """What is told of each unit in each period, for statistics: see `graph.tables.table`."""
        snapshot = self.snapshot
        selection = selection_from_names(snapshot, filters)
        return table(
            snapshot, selection, Unit(unit), By(by), level=Level(level), split=Split(split), joined=joined,
            complete=complete,
        )  # fmt: skip

    def conflicts(self) -> tuple[Contradiction, ...]:
        return contradictions(self.snapshot)

    def entities(self, q: str | None = None, *, kind: Kind | str | Iterable[Kind | str] = ()) -> list[Entity]:
        snapshot = self.snapshot
        kinds = {Kind(k) for k in _listed(kind)}
        ids = snapshot.names.search(q) if q else snapshot.listed_entities
        return [e for e in map(snapshot.entity, ids) if not kinds or e.kind in kinds]

    def entity(self, name: str) -> Entity:
        snapshot = self.snapshot
        return snapshot.entity(snapshot.named(name))

    def sources(self) -> list[Source]:
        return sorted(self.snapshot.sources.values(), key=lambda s: s.id)

    def source(self, id: str) -> Source:
        return self.snapshot.source(id)

    def sparql(self, query: str, /, **values: Value) -> Results:
        # In this process, without a time limit: for queries of one's own.
        snapshot = self.snapshot
        return _answered(snapshot, query, bound(values, self.iris, snapshot.names.resolve))

    def question(self, name: str, /, **values: Value) -> Results:
        query, snapshot = named_query(name), self.snapshot
        return _answered(snapshot, query.text, query.bound(values, snapshot.names, self.iris))

    @staticmethod
    def connect(url: str, *, token: str | None = None, timeout: float = 60) -> "RemoteGraph":
        """The graph that a service answers from, with the same questions: see `graph.remote.RemoteGraph`."""
        return RemoteGraph(url, token=token, timeout=timeout)

    @property
    def dataset(self) -> rdflib.Dataset:
        """A read-only rdflib Dataset over the current revision, its default graph the union of all graphs."""
        snapshot = self.snapshot
        found = rdflib.Dataset(store=OxigraphStore(store=snapshot.store.engine), default_union=True)
        # The engine's files are held by the snapshot for as long as the Dataset is used.
        found.snapshot = snapshot  # type: ignore[attr-defined]
        return found


_OLDER_KEPT = 2


def _answered(snapshot: Snapshot, query: str, bindings: Mapping[str, Term]) -> Results:
    return Results(
        snapshot.store.answer(query, RESULTS, TRIPLES, bindings=bindings), store_prefixes(snapshot.iris.base)
    )


_ENTITY_FILTERS = ("subject", "object", "about_subject", "attributed_to")
_PLACE_FILTERS = ("topic",)
_ACTOR_LISTS = ("party", "between", "involving")


def selection_from_names(snapshot: Snapshot, filters: Mapping[str, Any]) -> Selection:
    """A selection whose entities are named by id, label or alias; a stand-in means its government, unless `exact`.

    Lists may be single values, dates EDTF strings such as 2031 or 2031-03-05, roles `ROLE` or `ROLE:NAME`. Raises
    UnknownNameError, AmbiguousNameError, and ValueError for a value that is no modality, status or date.
    """
    names = snapshot.names
    # Asked for exactly, a place is the place and not whom it may stand for.
    actor = not filters.get("exact")
    values = {k: v for k, v in filters.items() if v is not None and v != ()}
    for name in _ENTITY_FILTERS:
        if name in values:
            values[name] = names.resolve(values[name], actor=actor)
    for name in _PLACE_FILTERS:
        if name in values:
            values[name] = names.resolve(values[name])
    for name in _ACTOR_LISTS:
        if name in values:
            values[name] = tuple(names.resolve(v, actor=actor) for v in _listed(values[name]))
    if "role" in values:
        pairs = [v.partition(":") for v in _listed(values["role"])]
        values["role"] = tuple(f"{r}:{names.resolve(n)}" if n else r for r, _, n in pairs)
    if values.get("according_to") not in (None, SOURCE_VOICE):
        values["according_to"] = names.resolve(values["according_to"], actor=actor)
    for name in ("source", "dataset"):
        if name in values:
            values[name] = _listed(values[name])
    for name, kind in (("modality", Modality), ("status", Status), ("evidence", Evidence)):
        if name in values:
            values[name] = tuple(kind(v) for v in _listed(values[name]))
    for side, name in enumerate(("since", "until")):
        if isinstance(values.get(name), str):
            values[name] = edtf_bounds(values[name])[side]
    return Selection(**values)


def asked_from_names(snapshot: Snapshot, projection: str, filters: Mapping[str, Any]) -> Asked:
    """What a network is asked of, from names and words: see `Asking.network`, and `selection_from_names`."""
    drawing, chosen = split(filters)
    return asked_for(snapshot, selection_from_names(snapshot, chosen), projection=projection, **drawing)


def _make_room(kept: dict[Any, Any], most: int) -> None:
    while len(kept) >= most:
        kept.pop(next(iter(kept)))


def _listed(value: Any) -> tuple[Any, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _faults(statement: Statement, draft: Draft) -> Iterable[tuple[str, str]]:
    yield from frame_faults(statement, draft.kind_of)
    yield from source_faults(statement, draft.sources[statement.source])
