"""Networks of what has been said: of statements, of dyads with and without sign, of mediations; and their files."""

from graph.networks.asked import Asked, Projection, asked_for
from graph.networks.building import built, kept
from graph.networks.comparison import Comparison, compare
from graph.networks.dyads import Dyads, dyads
from graph.networks.files import NetworkFormat, write, written
from graph.networks.mediations import mediations, ties
from graph.networks.paths import Paths, Step, along_paths, shortest_paths
from graph.networks.statements import network, network_of
from graph.networks.windows import dyads_over, windows

__all__ = [
    "Asked",
    "Comparison",
    "Dyads",
    "NetworkFormat",
    "Paths",
    "Projection",
    "Step",
    "along_paths",
    "asked_for",
    "built",
    "compare",
    "dyads",
    "dyads_over",
    "kept",
    "mediations",
    "network",
    "network_of",
    "shortest_paths",
    "ties",
    "windows",
    "write",
    "written",
]
