"""Measures on networks: pure functions over networkx graphs or arrays of ties, one module a family of measures."""

from graph.measures.arrays import Ties
from graph.measures.brokerage import COUNTED, Brokerage, Role, Score, brokerage

__all__ = ["COUNTED", "Brokerage", "Role", "Score", "Ties", "brokerage"]
