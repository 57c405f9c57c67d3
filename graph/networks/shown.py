"""Networks that show themselves in a notebook: networkx graphs, drawn by the one renderer when they are looked at."""

from typing import Any

import networkx as nx

from graph.exceptions import MissingExtraError
from graph.pictures import draw_network


class _Shown:
    """Shows a picture, and tells it in words; of many nodes those with most statements, which the caption says."""

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        assert isinstance(self, nx.Graph)
        try:
            picture = draw_network(self)
            png, shown = picture._repr_png_()
        except MissingExtraError as error:
            return {"text/plain": f"{self}; to see it: {error}"}, {}
        return {"text/plain": picture.description, "image/png": png}, {"image/png": shown}


class Network(_Shown, nx.Graph):  # type: ignore[type-arg]
    """Pairs, or mediations and who takes part."""


class DiNetwork(_Shown, nx.DiGraph):  # type: ignore[type-arg]
    """Who acts towards whom."""


class MultiDiNetwork(_Shown, nx.MultiDiGraph):  # type: ignore[type-arg]
    """Statements."""
