"""A large CAMT.053 read and taken in, beside a bare lxml iterparse of the same file: CPU seconds and peak memory.

    python -m benchmarks.statements [--entries N] [--seed N] [--keep FOLDER] [--match]

Each side runs in a process of its own, one after the other in this one run; the file is made anew from its seed.
With `--match` the entries pay as many open invoices of generated books, nine of ten by number, one of ten by amount
and payer alone; the other side takes the file in and rehearses the matching of all lines against all that is open.
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
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.statistics_ import Figure, render

if TYPE_CHECKING:
    from tui_billing.models.door import Books

#: Of so many generated documents one is open, credit notes and other currencies aside.
OPEN_OF = 3.6
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
    amounts = [chance.randrange(100, 500_000) * chance.choice((1, 1, 1, -1)) for _ in range(entries)]
    total = sum(amounts)
    _write(path, amounts, _entries(chance, amounts), IBAN)
    return total


def generate_for(path: Path, books: Books, entries: int, seed: int) -> int:
    """Write a statement that pays open invoices of the books; how many entries it has."""
    from xml.sax.saxutils import escape

    from tui_billing.cli.sample_data import COMPANY

    chance = random.Random(seed)
    bills = books.rows(
        "SELECT number, open, buyer_name FROM invoice WHERE open > 0 AND state = 'issued' AND kind = 'invoice'"
        " AND currency = 'EUR' ORDER BY id LIMIT ?",
        (entries,),
    )
    chance.shuffle(bills)
    texts = [
        (escape(name.upper()[:70]), f"VIR SEPA FACTURE {number}" if chance.random() < 0.9 else "VIR SEPA")
        for number, _amount, name in bills
    ]
    _write(path, [amount for _number, amount, _name in bills], texts, str(COMPANY["iban"]))
    return len(bills)


def _write(path: Path, amounts: Sequence[int], said: Iterable[tuple[str, str]], iban: str) -> None:
    chance, last, total = random.Random(len(amounts)), dt.date(2026, 11, 24), sum(amounts)
    with path.open("w", encoding="utf-8") as file:
        balances = [
            _BALANCE.format(kind=kind, amount=_plain(amount), sign="DBIT" if amount < 0 else "CRDT", day=day)
            for kind, amount, day in (("OPBD", OPENING, "2026-11-01"), ("CLBD", OPENING + total, last.isoformat()))
        ]
        file.write(_HEAD.format(iban=iban, opening=balances[0], closing=balances[1]))
        for number, (amount, (payer, text)) in enumerate(zip(amounts, said, strict=True)):
            file.write(
                _ENTRY.format(
                    number=number,
                    amount=_plain(amount),
                    sign="DBIT" if amount < 0 else "CRDT",
                    day=(last - dt.timedelta(chance.randrange(23))).isoformat(),
                    payer=payer,
                    iban=f"FR76{chance.randrange(10**23):023}",
                    text=text,
                )
            )
        file.write("</Stmt></BkToCstmrStmt></Document>\n")


def _entries(chance: random.Random, amounts: Sequence[int]) -> Iterator[tuple[str, str]]:
    for _ in amounts:
        payer, number = chance.randrange(400), chance.randrange(100_000)
        yield f"CLIENT {payer:04} &amp; FILS", f"VIR SEPA FACTURE F2026-{number:05}"


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


def match(path: Path, folder: Path) -> int:
    """Into books that hold the open invoices which the entries pay; every line matched against all that is open."""
    from tui_billing.models.door import open_books
    from tui_billing.services.context import Context
    from tui_billing.services.matching import rehearse as match_all
    from tui_billing.services.statement_taken import Taken
    from tui_billing.services.statements import import_statements

    books = open_books(str(folder / "books.db"))
    context = Context("bench", dt.date(2026, 11, 25), role="supervisor")
    start = time.process_time()
    results = import_statements(books, context.command(), path)
    added = sum(taken.added for taken in results if isinstance(taken, Taken))
    between = time.process_time()
    matched = match_all(books)
    spent = time.process_time() - between
    print(
        f"taken in: {between - start:.1f} s; {len(matched):,} lines matched: {spent:.1f} s,"
        f" {1000 * spent / max(1, len(matched)):.2f} ms each; {matched.counts}",
        file=sys.stderr,
    )
    books.shut()
    return added


SIDES: dict[str, Callable[[Path, Path], int]] = {"bare": bare, "rehearse": rehearse, "take_in": take_in, "match": match}


def run_side(side: str, path: Path, entries: int) -> tuple[float, float]:
    """(seconds of its own, peak MiB) of one side in a process of its own: what else the machine does is not counted."""
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
    measured = {side: run_side(side, path, entries) for side in ("bare", "rehearse", "take_in")}
    beside = measured["bare"]
    for side, name in (("rehearse", "read and checked"), ("take_in", "taken in")):
        seconds, peak = measured[side]
        figures.append(Figure(f"{entries:,} entries {name}", "s", seconds, beside[0]))
        figures.append(Figure(f"{entries:,} entries {name}, peak memory", "MiB", peak, beside[1]))
    figures.append(Figure("size of the file", "MiB", path.stat().st_size / 2**20))
    return figures


def compare_match(entries: int, seed: int, folder: Path) -> list[Figure]:
    """The file read bare, beside the file taken in and matched; making the books is not counted."""
    path, count = make_books(folder, entries, seed)
    beside = run_side("bare", path, count)
    seconds, peak = run_side("match", path, count)
    return [
        Figure(f"{count:,} entries taken in and matched", "s", seconds, beside[0]),
        Figure(f"{count:,} entries taken in and matched, peak memory", "MiB", peak, beside[1]),
    ]


def make_books(folder: Path, entries: int, seed: int) -> tuple[Path, int]:
    """Books with that many open invoices, and the statement that pays them: (its file, how many entries it has)."""
    from tui_billing.models.door import open_books

    place = folder / "books.db"
    command = [
        sys.executable,
        "-m",
        "benchmarks.generate",
        "--invoices",
        str(round(entries * OPEN_OF)),
        "--db",
        str(place),
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=Path(__file__).parents[1])
    books = open_books(str(place))
    path = folder / "statement.xml"
    count = generate_for(path, books, entries, seed)
    books.shut()
    return path, count


def main() -> int:
    """Print the figures; `--side` is what the processes are started with."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="where the file lies, kept for a look")
    parser.add_argument("--match", action="store_true", help="pay and match open invoices of generated books")
    parser.add_argument("--side", choices=sorted(SIDES), help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.side:
        start = time.process_time()
        count = SIDES[wanted.side](wanted.keep / "statement.xml", wanted.keep)
        print(count, time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        run = compare_match if wanted.match else compare
        print(render(run(wanted.entries, wanted.seed, wanted.keep or Path(folder))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
