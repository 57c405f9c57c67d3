"""Measures on networks: pure functions over networkx graphs or arrays of ties, one module a family of measures."""

from graph.measures.arrays import Ties
from graph.measures.balance import Balance, Frustration, balance, balance_over, frustration, signed
from graph.measures.brokerage import COUNTED, Brokerage, Role, Score, brokerage
from graph.measures.centrality import (
    MEASURES,
    Centralities,
    betweenness,
    centralities,
    closeness,
    components,
    core,
    degree,
    eigenvector,
    pagerank,
    strength,
)
from graph.measures.holes import Hole, Holes, holes
from graph.measures.null_model import Chance, against_chance, rewired
from graph.measures.reciprocity import Answered, Answers, answered, reciprocity

__all__ = [
    "COUNTED",
    "MEASURES",
    "Answered",
    "Answers",
    "Balance",
    "Brokerage",
    "Centralities",
    "Chance",
    "Frustration",
    "Hole",
    "Holes",
    "Role",
    "Score",
    "Ties",
    "against_chance",
    "answered",
    "balance",
    "balance_over",
    "betweenness",
    "brokerage",
    "centralities",
    "closeness",
    "components",
    "core",
    "degree",
    "eigenvector",
    "frustration",
    "holes",
    "pagerank",
    "reciprocity",
    "rewired",
    "signed",
    "strength",
]
