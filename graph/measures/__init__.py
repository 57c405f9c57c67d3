"""Measures on networks: pure functions over networkx graphs or arrays of ties, one module a family of measures."""

from graph.measures.arrays import Ties
from graph.measures.balance import Balance, Frustration, balance, balance_over, frustration, signed
from graph.measures.brokerage import COUNTED, Brokerage, Role, Score, brokerage

__all__ = [
    "COUNTED",
    "Balance",
    "Brokerage",
    "Frustration",
    "Role",
    "Score",
    "Ties",
    "balance",
    "balance_over",
    "brokerage",
    "frustration",
    "signed",
]
