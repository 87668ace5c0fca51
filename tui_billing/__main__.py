"""The program's front: global options, then the workstation, or a verb of the command line.

Without a verb nothing is imported here but what starts the workstation: no typer, no locale data.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

USAGE = """\
tui-billing                                   the workstation
tui-billing demo [--fresh]                    the workstation on your own copy of the sample
tui-billing init --company FILE.json          an empty company, ready to bill
tui-billing company  show | set
tui-billing customer list | show | add | import
tui-billing item     list | show | add | import
tui-billing invoice  list | show | create | issue | credit | correct | render | import
tui-billing payment  list | receive | reverse | allocate | take-back | write-off | reasons
tui-billing payment  refund | return
tui-billing deposit  list | show | post | print
tui-billing bank     import | list | statements | match | rule | account
tui-billing mandate  list | add | revoke
tui-billing order    list | show | due | collect | refund | cancel
tui-billing period   list | proof | close
tui-billing investigation list | show | open | note | close
tui-billing purchase-order list | show | add | import | close | reopen | cancel | bill
tui-billing delivery list | show | add | import | close | reopen | cancel | bill | waiting
tui-billing contract list | show | add | import | close | reopen | cancel | index
tui-billing check    list | add | set | confirm | tolerance | price
tui-billing credit   list | approve | refuse | limit
tui-billing dispute  list | show | open | note | move | assign | amend | credit | close | pack
tui-billing inquiry  list | add
tui-billing operator list | role
tui-billing attach   add | list | save | limit
tui-billing send     queue | run | list | show | retry | anew | confirm | cancel
tui-billing letter   list | statement | reminder | cover | make | write | texts | text
tui-billing template list | show | set | use | preview
tui-billing send     bounces | post | render | set | to | text
tui-billing rate     list | add
tui-billing report   status | aging
tui-billing explain NUMBER                    how the amounts of a document came to be
tui-billing verify | backup FILE | restore FILE

Before the verb:
  --db URL-or-path    the books (else TUI_BILLING_DB, else the user's data folder)
  --today DATE        the business date, for example 2026-11-25 (else TUI_BILLING_TODAY, else the books', else today)
  --lang en|fr        the language of the screen and of messages
  --period-reason TEXT  why a supervisor posts into a closed month
  --version, --help
After it: --json on everything that reads or answers; --help for its own options.
"""
_VALUED = ("--db", "--today", "--lang", "--period-reason")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program on command-line arguments; the process's exit code.

    0 done, 1 a difference or a blocking finding, 2 wrong use or bad input, 3 the database cannot be used,
    70 a fault of the program, 129 hung up.
    """
    from tui_billing.rules.problem import Problem

    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        given, rest = split_options(arguments)
        if "--help" in given:
            sys.stdout.write(USAGE)
            return 0
        if "--version" in given:
            sys.stdout.write(f"tui-billing {installed_version()}\n")
            return 0
        if not rest:
            return start(given)
        if rest[0] == "demo":
            return demo(given, rest[1:])
    except Problem as problem:
        from tui_billing.cli.front import complain

        return complain(problem)
    except KeyboardInterrupt:
        return 130
    from tui_billing.cli.run import run

    reason = given.get("--period-reason", "")
    return run(given.get("--db", ""), given.get("--today", ""), given.get("--lang", ""), rest, period_reason=reason)


def installed_version() -> str:
    """The version that is installed; of a checkout that nobody has installed there is none."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("tui-billing")
    except PackageNotFoundError:
        return "(not installed)"


def split_options(arguments: list[str]) -> tuple[dict[str, str], list[str]]:
    """(global options given, the verb and what follows it)."""
    from tui_billing.rules.problem import Problem

    given: dict[str, str] = {}
    rest = list(arguments)
    while rest and rest[0].startswith("-"):
        name, has_value, value = rest.pop(0).partition("=")
        if name in ("--help", "-h", "--version") and not has_value:
            given["--help" if name == "-h" else name] = ""
        elif name in _VALUED:
            if not has_value:
                if not rest:
                    raise Problem("{option} needs a value; see: tui-billing --help", option=name)
                value = rest.pop(0)
            if not value:
                raise Problem("{option} needs a value; see: tui-billing --help", option=name)
            given[name] = value
        else:
            raise Problem("there is no option {option} before the verb; see: tui-billing --help", option=name[:40])
    return given, rest


def start(given: dict[str, str]) -> int:
    """The workstation on the books that are named, else on the user's own."""
    from tui_billing.cli.front import origin, require_terminal

    language, today = _checked(given)
    require_terminal()
    url = given.get("--db", "")
    if not url:
        from tui_billing.services.places import default_books

        url = default_books()
    from tui_billing.app import run_workstation

    return run_workstation(url, today=today, language=language, origin=origin())


def demo(given: dict[str, str], rest: list[str]) -> int:
    """The workstation on the user's private copy of the sample, on the sample's business date."""
    from tui_billing.cli.front import origin, require_terminal
    from tui_billing.rules.problem import Problem

    if rest in (["--help"], ["-h"]):
        sys.stdout.write(USAGE)
        return 0
    if rest not in ([], ["--fresh"]):
        raise Problem("demo takes --fresh (start over) and nothing else; see: tui-billing --help")
    if "--db" in given:
        raise Problem("demo brings its own database; leave --db out")
    language, today = _checked(given)
    require_terminal()
    from tui_billing.services.places import private_sample

    url = str(private_sample(fresh=bool(rest)))
    from tui_billing.app import run_workstation

    return run_workstation(url, today=today, language=language, origin=origin())


def _checked(given: dict[str, str]) -> tuple[str, dt.date | None]:
    """(language or "", business date or None), each refused where it is none."""
    from tui_billing.cli.front import check_language, check_today

    return check_language(given.get("--lang", "")), check_today(given.get("--today", ""))


if __name__ == "__main__":
    sys.exit(main())
