"""Where the shipped data sets lie: beside the packages in a checkout, inside this package in a wheel."""

from pathlib import Path

from graph.exceptions import StoreFormatError


def shipped_data() -> Path:
    """The folder of the shipped data sets."""
    inside, beside = Path(__file__).parent / "_data", Path(__file__).parent.parent / "data"
    for folder in (inside, beside):
        if folder.is_dir():
            return folder
    raise StoreFormatError("the shipped data sets are missing from this installation: name a folder of your own")
