"""Event data and other tables: from a released file to statements, lossless, one module a format."""

from graph.importing.events import Event, Format, Mention, Options, Record
from graph.importing.files import SourceFile
from graph.importing.pipeline import ImportReport
from graph.importing.registry import format_named, formats

__all__ = ["Event", "Format", "ImportReport", "Mention", "Options", "Record", "SourceFile", "format_named", "formats"]
