"""The documents say what is so: their commands run, their verbs are all verbs, their keys are all keys."""

from __future__ import annotations

import importlib
import inspect
import io
import itertools
import os
import pkgutil
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer
from textual.binding import Binding
from textual.widgets import Input

import tui_billing.screens
import tui_billing.widgets
from tui_billing.__main__ import USAGE, main
from tui_billing.cli.run import VERBS
from tui_billing.screens.frame import FURTHER, PLACES

ROOT = Path(__file__).parents[1]
COMMANDS = (ROOT / "docs" / "command-line.md").read_text("utf-8")
WORKSTATION = (ROOT / "docs" / "workstation.md").read_text("utf-8")
#: Verbs of the whole program; the others take a second word.
ALONE = {"init", "explain", "verify", "backup", "restore"}
#: Commands whose options are the fields of a card: they stand there as fields.
OF_FIELDS = {"customer add", "item add"}
#: Signs of a command that a shell has to run.
_SHELL = re.compile(r"[|>]")
_HEREDOC = re.compile(r"<<'(\w+)'")


@dataclass
class Example:
    """A command of the document, with what is typed into it, the answer shown and the exit code stated."""

    line: int
    text: str
    code: int
    typed: str = ""
    shown: list[str] = field(default_factory=list)


def examples() -> list[Example]:
    """The commands of all console blocks, in order."""
    lines = iter(enumerate(COMMANDS.splitlines(), 1))
    inside = False
    found: list[Example] = []
    for number, line in lines:
        if line.startswith("```"):
            inside = line == "```console"
        elif inside and line.startswith("$ "):
            text, _sign, code = line[2:].partition("  # exit ")
            found.append(Example(number, text, int(code or 0)))
            if mark := _HEREDOC.search(text):
                typed = iter(lambda: next(lines)[1], mark[1])
                found[-1].typed = "".join(more + "\n" for more in typed)
                found[-1].text = text.replace(mark[0], "").strip()
        elif inside and line:
            found[-1].shown.append(line)
    return found


def test_every_block_of_commands_is_a_console_block():
    blocks = re.findall(r"^```(.*)\n\$ ", COMMANDS, re.MULTILINE)
    assert blocks and set(blocks) == {"console"}
    assert sum(one.text.startswith("tui-billing ") for one in examples()) > 30


def test_every_command_does_what_is_said(tmp_path, monkeypatch, capsys):
    for name in [name for name in os.environ if name.startswith("TUI_BILLING_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("TUI_BILLING_OPERATOR", "zoe")
    monkeypatch.chdir(tmp_path)
    shutil.copyfile(ROOT / "sample.db", tmp_path / "sample.db")
    (tmp_path / "pdf").mkdir()
    for one in examples():
        if one.text.startswith("export "):
            name, _sign, value = one.text.removeprefix("export ").partition("=")
            monkeypatch.setenv(name, value)
            continue
        programs = set(re.findall(r"\| (jq)\b", one.text))
        if any(shutil.which(program) is None for program in programs):
            continue
        if one.text.startswith("tui-billing ") and not _SHELL.search(one.text):
            code, said = _run_here(one, monkeypatch, capsys)
        else:
            code, said = _run_in_shell(one)
        assert code == one.code, f"docs/command-line.md:{one.line}: {one.text}\nends with {code}: {said}"
        for line in one.shown:
            assert line in said, f"docs/command-line.md:{one.line}: {one.text}\nsays: {said}"


def _run_here(one: Example, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """In this process: a process for each would take most of the time to start."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(one.typed.encode()), encoding="utf-8"))
    code = main(shlex.split(one.text)[1:])
    said = capsys.readouterr()
    return code, said.out + said.err


def _run_in_shell(one: Example) -> tuple[int, str]:
    program = f'tui-billing() {{ {shlex.quote(sys.executable)} -m tui_billing "$@"; }}\n'
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["bash", "-c", program + one.text], env=env, input=one.typed, capture_output=True, text=True, timeout=60
    )
    return done.returncode, done.stdout + done.stderr


# -- verbs -----------------------------------------------------------------


def named_in_help() -> set[str]:
    """`customer list`, `verify`, ...: what `tui-billing --help` names."""
    found = set()
    for line in USAGE.partition("\n\n")[0].splitlines():
        verb, *rest = line.removeprefix("tui-billing").split() or [""]
        if verb not in VERBS:
            continue  # the workstation
        if verb in ALONE:
            found |= {verb, *(after for sign, after in itertools.pairwise(rest) if sign == "|")}
        else:
            found |= {f"{verb} {word}" for word in rest if word != "|"}
    return found


def sections() -> dict[str, str]:
    """Command -> its part of the document."""
    parts = re.split(r"^#{2,3} (.+)$", COMMANDS, flags=re.MULTILINE)
    found = {}
    for title, text in zip(parts[1::2], parts[2::2], strict=True):
        if (named := re.fullmatch(r"`([a-z -]+)`", title)) and (named[1] in ALONE or " " in named[1]):
            found[named[1]] = text
    return found


def commands() -> dict[str, Any]:
    """Command -> what the program has under that name, the maker of the sample left out."""
    found: dict[str, Any] = {}
    for verb, place in VERBS.items():
        module, _colon, name = place.partition(":")
        if module == "sample":
            continue
        command = typer.main.get_command(getattr(importlib.import_module(f"tui_billing.cli.{module}"), name))
        inner = getattr(command, "commands", None)
        found.update({f"{verb} {name}": one for name, one in inner.items()} if inner else {verb: command})
    return found


def test_help_and_document_name_the_same_verbs():
    assert set(sections()) == named_in_help() == set(commands())


def test_every_option_is_documented_and_exists():
    for name, command in commands().items():
        text = sections()[name]
        options = {one for each in command.params for one in each.opts if one.startswith("--")} - {"--json", "--help"}
        if name in OF_FIELDS:
            missing = {one for one in options if f"`{one[2:].replace('-', '_')}`" not in text}
        else:
            missing = {one for one in options if f"`{one}" not in text}
            told = set(re.findall(r"`(--[a-z-]+)", text)) - {"--db", "--json"}
            assert told <= options, f"{name}: {told - options} are no options of it"
        assert not missing, f"{name}: {missing}"


def test_the_heads_of_csv_files_are_those_of_the_imports():
    from tui_billing.exchange.customers_csv import CUSTOMER_HEADS, ITEM_HEADS

    for heads in (CUSTOMER_HEADS, ITEM_HEADS):
        assert f"\n{','.join(heads)}\n" in COMMANDS


def test_the_company_file_has_every_key():
    import json

    from tui_billing.rules.party import Address, Party
    from tui_billing.services.setup import DEFAULTS

    (file,) = (one for one in examples() if one.text.startswith("cat > company.json"))
    company = json.loads(file.typed)
    assert set(company) == {*DEFAULTS, *Party("").to_json()}
    assert set(company["address"]) == set(Address().to_json())


# -- keys --------------------------------------------------------------------

_TABLE = re.compile(r"<!-- keys: (.+?) -->\n\n?(\|.*\n)\|[-| ]+\n((?:\|.*\n)+)")
_NAMES = {
    "?": "question_mark",
    ":": "colon",
    "/": "slash",
    "*": "asterisk",
    "+": "plus",
    "-": "minus",
    "esc": "escape",
    "space": "space",
    "pgup": "pageup",
    "pgdn": "pagedown",
    "del": "delete",
}


def classes() -> dict[str, type]:
    """Every class of the screens and widgets that binds keys or takes them by itself."""
    found: dict[str, type] = {"Input": Input}
    for room in (tui_billing.widgets, tui_billing.screens):
        for module in _modules(room):
            for name, thing in vars(module).items():
                own = isinstance(thing, type) and thing.__module__ == module.__name__
                if own and vars(thing).keys() & {"BINDINGS", "on_key"}:
                    found[name] = thing
    return found


def _modules(room: ModuleType) -> Iterator[ModuleType]:
    for module in pkgutil.iter_modules(room.__path__):
        yield importlib.import_module(f"{room.__name__}.{module.name}")


def bindings(thing: type) -> list[Binding]:
    return [one for one in vars(thing).get("BINDINGS", ()) if isinstance(one, Binding)]


def keys_of(one: Binding) -> set[str]:
    return {key.strip() for key in one.key.split(",")}


def taken(thing: type) -> set[str]:
    """The keys that a class acts on: bound, or named where it reads keys by itself."""
    found = {key for one in bindings(thing) for key in keys_of(one)}
    if "on_key" in vars(thing):
        found |= set(re.findall(r'"([a-z0-9]+(?:\+[a-z]+)?)"', inspect.getsource(vars(thing)["on_key"])))
    if thing.__name__ == "GoPrefix":
        found |= {place[1] for place in PLACES} | {place[0] for place in FURTHER}
    return found


def documented() -> Iterator[tuple[list[str], set[str]]]:
    """(classes, keys) of each table of keys."""
    for names, _head, rows in _TABLE.findall(WORKSTATION):
        cells = [row.split("|")[1].replace("\\", "") for row in rows.splitlines()]
        yield (
            [name.strip() for name in names.split(",")],
            {key for cell in cells for typed in re.findall(r"`([^`]+)`", cell) for key in _key(typed)},
        )


def _key(typed: str) -> list[str]:
    """`Ctrl+S` as Textual calls it; `g o` is two keys."""
    return [
        "+".join(_NAMES.get(part.lower(), part.lower()) for part in (one.split("+") if len(one) > 1 else [one]))
        for one in typed.split(" ")
    ]


def test_every_key_that_a_screen_shows_is_documented():
    tables = list(documented())
    assert len(tables) > 10
    for name, thing in classes().items():
        if not thing.__module__.startswith("tui_billing.screens"):
            continue
        told = {key for names, keys in tables if name in names for key in keys}
        for one in bindings(thing):
            if one.description:
                assert keys_of(one) <= told, f"{name}: {one.id} ({one.key}, {one.description}) is in no table"


def test_no_key_is_documented_that_is_not_bound():
    known = classes()
    for names, keys in documented():
        bound = set().union(*(taken(known[name]) for name in names))
        assert keys <= bound, f"{', '.join(names)}: {keys - bound} are not bound"


def test_every_table_of_keys_says_whose_they_are():
    heads = re.findall(r"(.*)\n\| (?:key|in|on|after) ?.*\|\n\|-", WORKSTATION)
    assert len(heads) > 10 and all(head.startswith("<!-- keys: ") for head in heads)


def test_the_places_are_those_of_the_screens():
    told = re.findall(r"^\| ([a-z]+) \| `(\d)` \| `g` `([a-z])` \|$", WORKSTATION, re.MULTILINE)
    assert [(digit, letter, name) for name, digit, letter in told] == [place[:3] for place in PLACES]


def test_every_environment_variable_is_documented():
    asked = set()
    for path in (ROOT / "tui_billing").rglob("*.py"):
        asked |= set(re.findall(r'"(TUI_BILLING_[A-Z_]+|NO_COLOR|COLORTERM)"', path.read_text("utf-8")))
    told = set(re.findall(r"^\| `([A-Z_]+)`", WORKSTATION, re.MULTILINE))
    assert asked <= told, asked - told
    assert {name for name in told if name.startswith("TUI_BILLING_")} <= asked
