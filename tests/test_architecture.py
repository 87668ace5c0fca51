"""What the house promises and a linter cannot see: what an import drags in, where floats, SQL and keys stand.

The direction of the arrows itself is held by import-linter (`make check`).
"""

from __future__ import annotations

import ast
import importlib
import json
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import tui_billing

PACKAGE = Path(tui_billing.__file__).parent
LONGEST = 500
HEAVY = {"textual", "fpdf", "psycopg", "babel"}
_MODULES_LOADED_BY = """
import importlib, json, pkgutil, sys
room, heavy, guilty = importlib.import_module(sys.argv[1]), set(sys.argv[2].split()), {}
names = [room.__name__]
if hasattr(room, "__path__"):
    names += [module.name for module in pkgutil.walk_packages(room.__path__, room.__name__ + ".")]
for name in names:
    importlib.import_module(name)
    for found in heavy & {loaded.partition(".")[0] for loaded in sys.modules}:
        guilty.setdefault(found, name)
print(json.dumps({"guilty": guilty, "modules": names}))
"""
_SQL = re.compile(r"\s*(SELECT|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|WITH\s+\w+\s+AS|CREATE\s+\w+|PRAGMA)\b")
_DATABASE_LIBRARIES = {"peewee", "playhouse", "sqlcipher3", "sqlite3", "psycopg"}


def sources(*rooms: str) -> Iterator[Path]:
    """The Python files of these rooms."""
    for room in rooms:
        yield from sorted((PACKAGE / room).rglob("*.py"))


def name_of(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("tui_billing.rules", HEAVY | _DATABASE_LIBRARIES | {"typer", "click", "asyncio"}),
        ("tui_billing.services", HEAVY),
        ("tui_billing.models", HEAVY),
        # The first screen needs no document, no locale data, no command line and no server.
        ("tui_billing.app", {"fpdf", "psycopg", "babel", "typer", "stdnum"}),
    ],
)
def test_an_import_drags_in_only_what_the_room_needs(module, heavy):
    if module == "tui_billing.app" and not (PACKAGE / "app.py").exists():
        pytest.skip("tui_billing/app.py is not written yet")
    ran = subprocess.run(
        [sys.executable, "-c", _MODULES_LOADED_BY, module, " ".join(heavy)], capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    seen = json.loads(ran.stdout)
    assert seen["guilty"] == {}, "heavy library: first module that drags it in"


def test_no_file_is_two_rooms():
    # A migration is a record of what was done once; it is not edited any more.
    files = [path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts]
    long = {name_of(path): lines for path in files if (lines := path.read_text().count("\n")) > LONGEST}
    assert long == {}


def test_no_float_comes_near_an_amount():
    found = []
    for path in sources("rules", "models", "services"):
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float":
                found.append(f"{name_of(path)}:{node.lineno} float()")
            if isinstance(node, ast.Constant) and isinstance(node.value, float) and path.parent.name == "rules":
                found.append(f"{name_of(path)}:{node.lineno} {node.value}")
            if isinstance(node, ast.Attribute | ast.Name):
                name = node.attr if isinstance(node, ast.Attribute) else node.id
                if name in {"FloatField", "DoubleField", "DecimalField"}:
                    found.append(f"{name_of(path)}:{node.lineno} {name}")
    assert found == []


def test_public_names_of_rules_and_services_are_explained():
    silent = []
    for path in sources("rules", "services"):
        module = parse(path)
        if not ast.get_docstring(module):
            silent.append(name_of(path))
        for node in module.body:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
            if not node.name.startswith("_") and not ast.get_docstring(node):
                silent.append(f"{name_of(path)}:{node.lineno} {node.name}")
    assert silent == []


def test_screens_and_widgets_hold_no_sql():
    found = []
    for path in [*sources("screens", "widgets"), *PACKAGE.glob("app.py")]:
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _SQL.match(node.value):
                found.append(f"{name_of(path)}:{node.lineno} {node.value[:40]!r}")
            if isinstance(node, ast.Import | ast.ImportFrom):
                module = getattr(node, "module", None)
                for name in [module] if module else [alias.name for alias in node.names]:
                    if name.partition(".")[0] in _DATABASE_LIBRARIES:
                        found.append(f"{name_of(path)}:{node.lineno} imports {name}")
    assert found == []


# -- keys that do not arrive, or mean something else to a terminal, a multiplexer or the line editor -------

FORBIDDEN_KEYS: dict[str, str] = {
    "ctrl+a": "screen's prefix",
    "ctrl+b": "tmux's prefix",
    "ctrl+h": "the same byte as Backspace",
    "ctrl+i": "the same byte as Tab",
    "ctrl+m": "the same byte as Enter",
    "ctrl+left_square_bracket": "the same byte as Esc",
    "ctrl+right_square_bracket": "telnet's escape",
    "ctrl+circumflex_accent": "mosh's escape",
    "ctrl+backslash": "SIGQUIT",
    "ctrl+c": "copy",
    "f11": "full screen in most terminals",
    "tilde": "ssh's escape after Enter",
    "~": "ssh's escape after Enter",
    "ctrl+enter": "kitty protocol only",
    "shift+enter": "kitty protocol only",
} | {f"ctrl+{letter}": "line editing in a field" for letter in "dekuw"}
_FORBIDDEN_PATTERNS = {
    r"(shift|ctrl|alt)\+f3": "taken for a cursor position report",
    r"shift\+f\d+": "PuTTY sends F11 and more",
    r"f(1[3-9]|2\d)": "tmux knows no F13",
    r"alt\+(?!(up|down|left|right|home|end|pageup|pagedown|delete|backspace|f\d+)$).+": "menus, or typed as text",
    r"ctrl\+shift\+[a-z]": "kitty protocol only",
    r"ctrl\+[\[\]^\\]": "a terminal's or multiplexer's own",
}


def why_forbidden(key: str, action: str = "") -> str:
    """Why a key may not be bound to an action; "" where it may."""
    if key == "ctrl+z" and "suspend" in action:
        return "an accident for a clerk; it means undo"
    if key in FORBIDDEN_KEYS:
        return FORBIDDEN_KEYS[key]
    return next((why for pattern, why in _FORBIDDEN_PATTERNS.items() if re.fullmatch(pattern, key)), "")


def bindings_of_the_workstation() -> Iterator[tuple[str, str, str]]:
    """Every (class, key, action) that the project's own classes bind."""
    for room in ("screens", "widgets"):
        package = importlib.import_module(f"tui_billing.{room}")
        for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            yield from bindings_of_module(found.name)
    if (PACKAGE / "app.py").exists():
        yield from bindings_of_module("tui_billing.app")


def bindings_of_module(name: str) -> Iterator[tuple[str, str, str]]:
    for thing in vars(importlib.import_module(name)).values():
        if isinstance(thing, type) and thing.__module__ == name:
            for binding in vars(thing).get("BINDINGS", ()):
                keys, action = binding[:2] if isinstance(binding, tuple) else (binding.key, binding.action)
                for key in keys.split(","):
                    yield f"{name}.{thing.__name__}", key.strip(), action


def test_no_forbidden_key_is_bound():
    faults = [
        f"{where} binds {key}: {why}"
        for where, key, action in bindings_of_the_workstation()
        if (why := why_forbidden(key, action))
    ]
    assert faults == []


@pytest.mark.parametrize("key", ["ctrl+a", "alt+1", "alt+n", "shift+f3", "ctrl+f3", "f13", "shift+f5", "alt+minus"])
def test_the_list_of_forbidden_keys_is_not_blind(key):
    assert why_forbidden(key)


@pytest.mark.parametrize(
    "key", ["ctrl+s", "f10", "enter", "ctrl+j", "n", "question_mark", "ctrl+up", "f3", "g", "ctrl+t"]
)
def test_good_keys_may_be_bound(key):
    assert not why_forbidden(key)
