"""A large CAMT.053 read and taken in, beside a bare lxml iterparse of the same file: seconds and peak memory.

    python -m benchmarks.statements [--entries N] [--seed N] [--keep FOLDER]

Each side runs in a process of its own, one after the other in this one run; the file is made anew from its seed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.statistics_ import Figure, render

IBAN = "FR7630006000011234567890189"
OPENING = 1_000_000
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId>'
    "<CreDtTm>2026-11-24T20:00:00</CreDtTm></GrpHdr>\n<Stmt><Id>S1</Id><ElctrncSeqNb>1</ElctrncSeqNb>"
    "<CreDtTm>2026-11-24T20:00:00</CreDtTm><Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>\n{opening}{closing}"
)
_BALANCE = (
    '<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>'
    "<Dt><Dt>{day}</Dt></Dt></Bal>\n"
)
_ENTRY = (
    '<Ntry><NtryRef>{number}</NtryRef><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>'
    "<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>"
    "<AcctSvcrRef>B{number:09}</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd>"
    "</Fmly></Domn></BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>E{number}</EndToEndId></Refs>"
    '<Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd><RltdPties><Dbtr><Pty><Nm>{payer}</Nm></Pty></Dbtr>'
    "<DbtrAcct><Id><IBAN>{iban}</IBAN></Id></DbtrAcct></RltdPties><RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls>"
    "</NtryDtls></Ntry>\n"
)


def generate(path: Path, entries: int, seed: int) -> int:
    """Write a statement of that many entries; the sum of its movements in cents."""
    chance = random.Random(seed)
    last = dt.date(2026, 11, 24)
    amounts = [chance.randrange(100, 500_000) * chance.choice((1, 1, 1, -1)) for _ in range(entries)]
    total = sum(amounts)
    with path.open("w", encoding="utf-8") as file:
        balances = [
            _BALANCE.format(kind=kind, amount=_plain(amount), sign="DBIT" if amount < 0 else "CRDT", day=day)
            for kind, amount, day in (("OPBD", OPENING, "2026-11-01"), ("CLBD", OPENING + total, last.isoformat()))
        ]
        file.write(_HEAD.format(iban=IBAN, opening=balances[0], closing=balances[1]))
        for number, amount in enumerate(amounts):
            file.write(
                _ENTRY.format(
                    number=number,
                    amount=_plain(amount),
                    sign="DBIT" if amount < 0 else "CRDT",
                    day=(last - dt.timedelta(chance.randrange(23))).isoformat(),
                    payer=f"CLIENT {chance.randrange(400):04} &amp; FILS",
                    iban=f"FR76{chance.randrange(10**23):023}",
                    text=f"VIR SEPA FACTURE F2026-{chance.randrange(100_000):05}",
                )
            )
        file.write("</Stmt></BkToCstmrStmt></Document>\n")
    return total


def _plain(cents: int) -> str:
    return f"{abs(cents) // 100}.{abs(cents) % 100:02}"


def bare(path: Path, _folder: Path) -> int:
    """The least that anybody can do with the file: every entry seen, nothing kept."""
    from lxml import etree

    count = 0
    for _, element in etree.iterparse(str(path), events=("end",), tag="{*}Ntry"):
        count += 1
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
    return count


def rehearse(path: Path, _folder: Path) -> int:
    """Read and checked, nothing written."""
    from tui_billing.services.statement_taken import Taken
    from tui_billing.services.statements import import_statements

    return sum(
        taken.lines.count for taken in import_statements(None, None, path, dry_run=True) if isinstance(taken, Taken)
    )


def take_in(path: Path, folder: Path) -> int:
    """Into new books of one company, with every guard in force."""
    from tui_billing.models.door import open_books
    from tui_billing.services.context import Context
    from tui_billing.services.setup import found_company
    from tui_billing.services.statement_taken import Taken
    from tui_billing.services.statements import import_statements

    context = Context("bench", dt.date(2026, 11, 25), role="supervisor")
    with tempfile.TemporaryDirectory(dir=folder) as place:
        books = open_books(str(Path(place) / "books.db"), create=True)
        found_company(books, context, {"name": "B", "address": {"country": "FR"}, "iban": IBAN})
        added = sum(
            taken.added for taken in import_statements(books, context.command(), path) if isinstance(taken, Taken)
        )
        books.shut()
    return added


SIDES: dict[str, Callable[[Path, Path], int]] = {"bare": bare, "rehearse": rehearse, "take_in": take_in}


def run_side(side: str, path: Path, entries: int) -> tuple[float, float]:
    """(seconds, peak MiB) of one side in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.statements", "--side", side, "--keep", str(path.parent)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1])
    count, seconds, peak = done.stdout.split()
    if int(count) != entries:
        raise AssertionError(f"{side} saw {count} entries of {entries}")
    return float(seconds), float(peak) / 1024


def compare(entries: int, seed: int, folder: Path) -> list[Figure]:
    """Both sides of the same file, one after the other."""
    path = folder / "statement.xml"
    generate(path, entries, seed)
    figures = []
    measured = {side: run_side(side, path, entries) for side in SIDES}
    beside = measured["bare"]
    for side, name in (("rehearse", "read and checked"), ("take_in", "taken in")):
        seconds, peak = measured[side]
        figures.append(Figure(f"{entries:,} entries {name}", "s", seconds, beside[0]))
        figures.append(Figure(f"{entries:,} entries {name}, peak memory", "MiB", peak, beside[1]))
    figures.append(Figure("size of the file", "MiB", path.stat().st_size / 2**20))
    return figures


def main() -> int:
    """Print the figures; `--side` is what the processes are started with."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="where the file lies, kept for a look")
    parser.add_argument("--side", choices=sorted(SIDES), help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.side:
        start = time.perf_counter()
        count = SIDES[wanted.side](wanted.keep / "statement.xml", wanted.keep)
        print(count, time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        print(render(compare(wanted.entries, wanted.seed, wanted.keep or Path(folder))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
