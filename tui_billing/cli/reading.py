"""What the command line reads: JSON objects one by one, from a file or standard input."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from tui_billing.rules.problem import Problem
from tui_billing.rules.text import quote
from tui_billing.services.batch import AtLine


def read_bytes(name: str) -> bytes:
    """A whole file, or standard input for `-`."""
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise _unreadable(name, error) from None


def read_object(name: str) -> dict[str, Any]:
    """The one JSON object of a file."""
    objects = list(read_objects(name))
    if len(objects) != 1:
        raise Problem("{path} must hold one object in braces", path=name)
    return objects[0][1]


def read_objects(name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line, object) of a file or of `-`: one object, a JSON array of them, or one a line (read as they come).

    Numbers come as the text that stands there, so that no decimal passes through a float. Raises `AtLine`
    for what is no object; a number in an array is counted as a line.
    """
    try:
        if name == "-":
            sys.stdin.reconfigure(encoding="utf-8-sig")  # type: ignore[union-attr]
            yield from _objects(sys.stdin, name)
        else:
            with Path(name).open(encoding="utf-8-sig") as file:
                yield from _objects(file, name)
    except OSError as error:
        raise _unreadable(name, error) from None
    except UnicodeDecodeError:
        raise Problem("{path} is not UTF-8 text; save it as UTF-8", path=name) from None


def _unreadable(name: str, error: OSError) -> Problem:
    return Problem("{path} cannot be read: {reason}", path=name, reason=error.strerror or str(error))


def _objects(file: TextIO, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    line, text = 0, ""
    for text in file:
        line += 1
        if text.strip():
            break
    if not text.strip():
        raise Problem("{path} is empty; it holds one object in braces, or one a line", path=name)
    try:
        first = _parse(text, line)
    except AtLine:
        first = None
    if first is None or isinstance(first, list):
        yield from _whole(text, file, line)
        return
    yield line, _object(first, line)
    for text in file:
        line += 1
        if text.strip():
            yield line, _object(_parse(text, line), line)


def _whole(text: str, file: TextIO, line: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """One value over several lines: an object, or an array of them."""
    value = _parse(text + file.read(), line)
    if not isinstance(value, list):
        yield line, _object(value, line)
        return
    for place, each in enumerate(value, 1):
        yield place, _object(each, place)


def _parse(text: str, line: int) -> Any:
    try:
        return json.loads(text, parse_float=str, parse_int=str, parse_constant=_no_constant, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        place = line + error.lineno - 1
        problem = Problem("this is not JSON: {reason} (column {column})", reason=error.msg, column=error.colno)
        raise AtLine(place, problem) from None
    except RecursionError:
        raise AtLine(line, Problem("this JSON is nested too deeply")) from None
    except Problem as problem:
        raise AtLine(line, problem) from None


def _no_constant(name: str) -> Any:
    raise Problem("{text} is not a number; type for example {example}", text=name, example="12.50")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Problem("{name} stands there twice; leave one", field=quote(name), name=quote(name))
        found[name] = value
    return found


def _object(value: Any, line: int) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise AtLine(line, Problem("an object in braces is expected here"))
    return value
