"""Models of what YAML files say, and where in the file each fault is."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from graph.exceptions import InputError, InputErrors
from graph.statements import ID_PATTERN
from graph.yaml_files import Path_, YamlFile

M = TypeVar("M", bound=BaseModel)


def validated(cls: type[M], file: YamlFile) -> M:
    """The model of a whole file. Raises InputErrors with the line of every fault."""
    try:
        return cls.model_validate(file.data)
    except ValidationError as error:
        raise InputErrors(explained(error, cls, file)) from None


def explained(
    error: ValidationError, cls: type[BaseModel], file: YamlFile, path: Path_ = (), what: str = ""
) -> list[InputError]:
    """The faults of what stands at a place of the file, each with its line; `what` begins each message."""
    return [
        file.error(what + _message(fault), (*path, *fault["loc"]), _way_out(fault, cls))
        for fault in error.errors(include_url=False)
    ]


def _message(fault: Mapping[str, Any]) -> str:
    where = ".".join(str(p) for p in fault["loc"] if p not in ("StatementRef", "constrained-str", "function-after"))
    message = str(fault["msg"]).removeprefix("Value error, ")
    value = fault.get("input")
    shown = f", got {value!r}" if isinstance(value, str | int | float | bool) and repr(value) not in message else ""
    return f"{where}: {message}{shown}" if where else f"{message}"


def _way_out(fault: Mapping[str, Any], cls: type[BaseModel]) -> str:
    match fault["type"]:
        case "extra_forbidden" if len(fault["loc"]) == 1:
            return f"fields are {', '.join(f.alias or name for name, f in cls.model_fields.items())}"
        case "extra_forbidden":
            return "mind the spelling, or leave it out"
        case "missing":
            return "add the field"
        case "string_type" if isinstance(fault["input"], int | float):
            return "put it in quotes: it is a word, not a number"
        case "string_pattern_mismatch" if ID_PATTERN not in str(fault["msg"]):
            return "mind the form"
    return ""
