"""What has been said: entities, sources and statements, their store, their mirror and the questions asked of them."""

from graph.entities import Entity, Name
from graph.exceptions import GraphError, InputError, InputErrors
from graph.knowledge_graph import KnowledgeGraph
from graph.questions import Answers, Found, Level
from graph.remote import RemoteGraph
from graph.selection import Selection
from graph.sources import Source
from graph.statements import EventLink, RoleOf, Statement, StatementRef
from graph.writing import Report

__all__ = [
    "Answers",
    "Entity",
    "EventLink",
    "Found",
    "GraphError",
    "InputError",
    "InputErrors",
    "KnowledgeGraph",
    "Level",
    "Name",
    "RemoteGraph",
    "Report",
    "RoleOf",
    "Selection",
    "Source",
    "Statement",
    "StatementRef",
]
