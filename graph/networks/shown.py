"""Networks that show themselves in a notebook: networkx graphs, drawn by the one renderer when they are looked at."""

from collections.abc import Mapping
from typing import Any

import networkx as nx

from graph.exceptions import MissingExtraError
from graph.pictures import MOST_ACTORS, PictureFormat, draw_network


class _Shown:
    """Shows a picture and its caption; of many nodes those with most statements, which the caption says."""

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        assert isinstance(self, nx.Graph)
        try:
            picture = draw_network(self, filters=_filters(self.graph), most=MOST_ACTORS)
        except MissingExtraError as error:
            return {"text/plain": f"{self}; to see it: {error}"}
        return {"text/plain": picture.caption, "image/png": picture.written(PictureFormat.PNG)}


def _filters(about: Mapping[str, Any]) -> dict[str, Any]:
    """What a network says that it was asked of, as the caption tells it."""
    given = dict(pair.split("=", 1) for pair in about.get("filters", ()))
    told = {name: about.get(name) for name in ("families", "according_to", "since", "until", "focus", "depth")}
    level = about.get("level", "entity")
    return given | {n: v for n, v in told.items() if v} | ({"level": level} if level != "entity" else {})


class Network(_Shown, nx.Graph):  # type: ignore[type-arg]
    """Pairs, or mediations and who takes part."""


class DiNetwork(_Shown, nx.DiGraph):  # type: ignore[type-arg]
    """Who acts towards whom."""


class MultiDiNetwork(_Shown, nx.MultiDiGraph):  # type: ignore[type-arg]
    """Statements."""
