"""Options made from the fields of a model, so that the command line, HTTP and the environment share one list."""

import inspect
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Annotated, Any, Literal, get_args, get_origin

import typer
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

Command = Callable[..., None]


def with_options(model: type[BaseModel], *, leave_out: Iterable[str] = ()) -> Callable[[Command], Command]:
    """Gives a function, which takes them as **given, an option for each field of the model.

    Values arrive as text, the model reads them; an option that is not used is not in `given`.
    """
    skipped = frozenset(leave_out)

    def decorate(function: Command) -> Command:
        own = inspect.signature(function)
        kept = [p for p in own.parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
        fields = {name: f for name, f in model.model_fields.items() if name not in skipped}
        added = [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=_annotation(name, field))
            for name, field in fields.items()
        ]

        def command(**values: Any) -> None:
            given = {name: values.pop(name) for name in fields}
            function(**values, **{name: v for name, v in given.items() if v not in (None, [])})

        command.__doc__, command.__name__ = function.__doc__, function.__name__
        command.__signature__ = own.replace(parameters=[*kept, *added])  # type: ignore[attr-defined]
        command.__annotations__ = {p.name: p.annotation for p in (*kept, *added)}
        return command

    return decorate


def _annotation(name: str, field: FieldInfo) -> Any:
    flag = "--" + name.replace("_", "-")
    kinds = _kinds(field.annotation)
    default = field.get_default(call_default_factory=False)
    said = f" [{default}]" if isinstance(default, str | int | float) and not isinstance(default, bool) else ""
    help = (field.description or "").replace("`", "") + said
    if bool in kinds:
        names = f"{flag}/--no-{flag[2:]}" if default else flag
        return Annotated[bool | None, typer.Option(names, help=help, show_default=False)]
    option = typer.Option(flag, help=help + _words(kinds), metavar=_metavar(name, kinds), show_default=False)
    return Annotated[list[str] | None if list in kinds else str | None, option]


def _kinds(annotation: Any) -> set[Any]:
    """The types that an annotation is made of."""
    found = {annotation, get_origin(annotation)}
    if get_origin(annotation) is not Literal:
        for part in get_args(annotation):
            found |= _kinds(part) if not isinstance(part, str) else set()
    return found


def _choices(kinds: set[Any]) -> list[str]:
    for kind in kinds:
        if isinstance(kind, type) and issubclass(kind, Enum):
            return [str(choice.value) for choice in kind]
        if get_origin(kind) is Literal:
            return [str(choice) for choice in get_args(kind)]
    return []


def _words(kinds: set[Any]) -> str:
    choices = _choices(kinds)
    return f" One of {', '.join(choices)}." if choices else ""


def _metavar(name: str, kinds: set[Any]) -> str:
    if _choices(kinds):
        return "WORD"
    if name in ("store", "texts", "data"):
        return "FOLDER"
    if name in ("since", "until"):
        return "DATE"
    return "NUMBER" if kinds & {int, float} else "TEXT"


def wrong_usage(error: ValidationError, model: type[BaseModel], environment: str = "") -> typer.BadParameter:
    """What a model refuses, as wrong usage. `environment` is the prefix of variables that may have said it instead."""
    lines = []
    for fault in error.errors(include_url=False):
        name = str(fault["loc"][0]) if fault["loc"] else ""
        message = str(fault["msg"]).removeprefix("Value error, ")
        also = f" (or {environment}{name.upper()})" if environment and name in model.model_fields else ""
        field = model.model_fields.get(name)
        secret = field is not None and not field.repr
        got = "" if secret or not isinstance(fault["input"], str) else f", got {fault['input']!r}"
        lines.append(f"--{name.replace('_', '-')}{also}: {message}{got}")
    return typer.BadParameter("\n".join(lines))
