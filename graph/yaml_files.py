"""YAML as plain data with the line of every value: no tags, no aliases, no duplicate keys, words stay words."""

import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from graph.exceptions import InputError

MAX_BYTES = 20 * 1024 * 1024
_MAX_DEPTH = 40
_NO_TAGS = "only plain values are read: leave the tag out"
_OPENING = (
    yaml.BlockMappingStartToken, yaml.BlockSequenceStartToken, yaml.FlowMappingStartToken, yaml.FlowSequenceStartToken,
)  # fmt: skip
_CLOSING = (yaml.BlockEndToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CORE_TAGS = {
    f"tag:yaml.org,2002:{t}"
    for t in ("str", "int", "float", "bool", "null", "map", "seq", "timestamp", "merge", "value")
}
# The JSON schema of YAML 1.2: `no`, `012`, `1:30` and dates are words, not truth values, octals or times.
_PLAIN = (
    (re.compile(r"null|~|"), lambda _: None),
    (re.compile(r"true|false"), lambda t: t == "true"),
    (re.compile(r"-?(0|[1-9][0-9]{0,17})"), int),
    (re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+([eE][-+]?[0-9]+)?"), float),
)

Path_ = tuple[str | int, ...]


@dataclass(frozen=True)
class YamlFile:
    """What a file says, and the line of everything in it, by the path of keys and positions that leads there."""

    name: str
    data: Any
    lines: dict[Path_, int]

    def line(self, path: Path_) -> int:
        """The line of a value, of the nearest thing around it where it has none."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path, 1)

    def error(self, message: str, path: Path_ = (), way_out: str = "") -> InputError:
        """An error at a place in the file."""
        return InputError(message, self.name, self.line(path), way_out)


def read_yaml(path: Path, name: str | None = None) -> YamlFile:
    """Reads one YAML file. `name` is what errors call it.

    Raises InputError naming file, line and way out for bytes that are not UTF-8, tabs, tags, anchors,
    duplicate keys, several documents and files over 20 MiB.
    """
    name = name or str(path)
    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):
            raise InputError("is not a regular file", name, None, "name a file that holds the YAML")
        # What grows while it is read is cut off as well.
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1) if state.st_size <= MAX_BYTES else b""
        if max(state.st_size, len(raw)) > MAX_BYTES:
            raise InputError(
                f"{max(state.st_size, len(raw))} bytes of YAML are too many, at most {MAX_BYTES} are read",
                name,
                None,
                "split the file, or import a table",
            )
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", name) from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InputError(f"byte 0x{raw[error.start]:02x} is not UTF-8", name, line, "save the file as UTF-8") from None
    return parse_yaml(text, name)


def parse_yaml(text: str, name: str) -> YamlFile:
    """Reads YAML from a string; raises as `read_yaml`."""
    loader = _LOADER(text)
    try:
        # Anchors are refused on sight, before anything is composed: a few of them can stand for gigabytes.
        # So is depth: composing goes down the processor's stack, as deep as the file says.
        depth = 0
        for token in yaml.scan(text, Loader=_LOADER):
            depth += isinstance(token, _OPENING) - isinstance(token, _CLOSING)
            if depth > _MAX_DEPTH:
                raise InputError(
                    "nested too deeply", name, token.start_mark.line + 1, f"at most {_MAX_DEPTH} levels are read"
                )
            if isinstance(token, yaml.AnchorToken | yaml.AliasToken):
                raise InputError(
                    f"anchor or alias {token.value!r}",
                    name,
                    token.start_mark.line + 1,
                    "write the value out, or quote the * or &",
                )
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        tab = line is not None and line <= text.count("\n") + 1 and "\t" in text.split("\n")[line - 1]
        raise InputError(
            f"not YAML: {error.problem or error.context}", name, line,
            "indent with spaces, not tabs" if tab else "mind indentation, quotes and colons",
        ) from None  # fmt: skip
    except yaml.reader.ReaderError as error:
        line = text.encode()[: error.position].count(b"\n") + 1
        raise InputError(f"not YAML: {error.reason}", name, line, "take out what cannot be seen") from None
    finally:
        loader.dispose()
    lines: dict[Path_, int] = {}
    return YamlFile(name, None if node is None else _build(node, (), lines, name), lines)


def _build(node: yaml.Node, path: Path_, lines: dict[Path_, int], name: str) -> Any:
    line = node.start_mark.line + 1
    lines[path] = line
    if node.tag not in _CORE_TAGS:
        raise InputError(f"tag {node.tag!r}", name, line, _NO_TAGS)
    if isinstance(node, yaml.MappingNode):
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise InputError("a key that is not a word", name, key_node.start_mark.line + 1)
            if key_node.tag not in _CORE_TAGS:
                raise InputError(f"tag {key_node.tag!r}", name, key_node.start_mark.line + 1, _NO_TAGS)
            key = str(key_node.value)
            if key in mapping:
                raise InputError(
                    f"duplicate key {key!r}, first on line {lines[(*path, key)]}",
                    name,
                    key_node.start_mark.line + 1,
                    "keep one of them",
                )
            mapping[key] = _build(value_node, (*path, key), lines, name)
            lines[(*path, key)] = key_node.start_mark.line + 1
        return mapping
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, (*path, i), lines, name) for i, item in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode) and not node.style:  # None or "", as the loader has it, for a plain word
        for pattern, convert in _PLAIN:
            if pattern.fullmatch(node.value):
                return convert(node.value)
    return node.value
