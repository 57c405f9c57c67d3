"""PA-X, the Peace Agreements Database: one record is one agreement, with its parties and third parties."""

from collections.abc import Iterator, Sequence

from graph.importing import headed
from graph.importing.agreements import UNSET, agreement, day, process
from graph.importing.cells import Cell, signers
from graph.importing.days import Order
from graph.importing.events import Event, Mention, Options, Record
from graph.importing.files import SourceFile

_LAYOUT = headed.Layout(
    ("AgtId", "Agt", "Dat", "Part", "ThrdPart"),
    (
        *("PP", "PPName"),
        *("Con", "Contp", "Reg", "Ver", "Status", "Lgt", "N_characters", "Agtp", "Stage", "StageSub", "OthAgr"),
        *("Loc1ISO", "Loc2ISO", "Loc1GWNO", "Loc2GWNO", "UcdpCon", "UcdpAgr", "CowWar"),
    ),
)


class PaX:
    """Parties are party to the agreement, third parties third party to it: who signed or mediated is not told."""

    name = "pa-x"
    title = "PA-X Peace Agreements Database"
    dataset = "pa-x"
    coder = "pa-x"
    kind = "agreement table"
    one_numbering = True
    licence = "University of Edinburgh; cite Bell and Badanjak 2019 and www.peaceagreements.org"

    def read(self, file: SourceFile, options: Options) -> Iterator[Record]:
        """One record an agreement. Raises FormatError where the header is not that of PA-X."""
        order = headed.order(file, options, self.title, "Dat", _LAYOUT)
        for entry in headed.entries(file, self.title, _LAYOUT):
            if entry.reason:
                yield Record(entry.number, entry.raw, reason=entry.reason)
            else:
                events, reason = self._events(entry.fields, order)
                yield Record(entry.number, entry.raw, events, reason)

    def header(self, head: bytes) -> list[str]:
        """The names of the columns, from how the file begins."""
        return headed.columns(head)

    def fields(self, raw: bytes, header: Sequence[str], options: Options) -> dict[str, str]:  # noqa: ARG002
        """The fields of a record by column."""
        return headed.fields(headed.text(raw), header)

    def recognises(self, head: bytes) -> bool:
        """Whether the header names what is read."""
        return _LAYOUT.fits(headed.columns(head))

    def _events(self, row: dict[str, str], order: Order | None) -> tuple[list[Event], str | None]:
        id = row["AgtId"].strip()
        if id in UNSET or len(id.split()) != 1:
            return [], f"AgtId is {row['AgtId']!r}: the agreement has no id"
        parties, thirds = signers(row["Part"]), signers(row["ThrdPart"])
        when = day(row["Dat"], order)
        undated = "" if when or row["Dat"].strip() in UNSET else f"Dat {row['Dat']!r} is no date year-month-day"
        named = tuple(map(Mention, parties.names))
        events = [
            Event(
                relation=relation,
                record=id,
                when=when,
                subject=subject,
                object=agreement(id, row["Agt"]),
                parties=named if column == "ThrdPart" else (),
                topic=process(row["PPName"]),
                note="; ".join(filter(None, (_note(column, cell), undated))) or None,
                telling=f"pa-x:{id}",
            )
            for column, relation, cell in (
                ("Part", "is-party-to", parties),
                ("ThrdPart", "is-third-party-to", thirds),
            )
            for subject in _subjects(cell)
        ]
        return events, None if events else "Part and ThrdPart name nobody"


def _subjects(cell: Cell) -> list[Mention | None]:
    """Those whom a cell names; the open agent where it tells of somebody without a name that can be taken out."""
    return [*map(Mention, cell.names)] or ([None] if cell.remark else [])


def _note(column: str, cell: Cell) -> str | None:
    if not cell.names:
        return f"{column} holds no list of names: see the record"
    if cell.whole:
        return f"{column} may name several and is kept whole"
    return f"{column} says more than names: see the record" if cell.remark else None
