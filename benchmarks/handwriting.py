"""How people write document numbers and names, and what banks print of it."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

_PLAIN = str.maketrans("àâäçéèêëîïôöùûüÀÂÇÉÈÊËÎÏÔÖÙÛÜ", "aaaceeeeiioouuuAACEEEEIIOOUUU")


def make_iban(rng: Random) -> str:
    body = f"{rng.randrange(10**10):010d}{rng.randrange(10**13):013d}"
    digits = "".join(str(int(char, 36)) for char in body + "FR00")
    return f"FR{98 - int(digits) % 97:02d}{body}"


def printed(payer: str, rng: Random) -> str:
    """As banks print a name: capitals without accents, cut off."""
    name = payer.upper().translate(_PLAIN).replace("&", rng.choice(("&", "ET", "&")))
    return name[: rng.choice((24, 27, 35, 35, 70))].strip()


def written(number: str, rng: Random) -> str:
    """A number as it is rightly written, in the ways that people do."""
    head, tail = number.split("-")
    forms = (
        f"{head}-{tail}",
        f"{head}{tail}",
        f"{head} {tail}",
        f"{head[0]} {head[1:]}-{tail}",
        f"{head}/{tail}",
        f"{head}.{tail}",
    )
    form = rng.choices(forms, (60, 15, 10, 5, 5, 5))[0]
    return form.lower() if rng.random() < 0.1 else form


def listed(numbers: Sequence[str], rng: Random) -> str:
    """Several numbers as people list them, later ones often by their last digits."""
    roll = rng.random()
    if roll < 0.6:
        return rng.choice((", ", " ", " + ", "/", ";")).join(written(number, rng) for number in numbers)
    first, *rest = numbers
    short = [number.split("-")[1] for number in rest]
    if roll < 0.8:
        short = [tail.lstrip("0") for tail in short]
    return rng.choice((", ", " / ", " + ", " ")).join([first, *short])


def misspelt(number: str, rng: Random) -> str:
    """A number with one or two of the usual slips."""
    head, tail = number.split("-")
    prefix, year = head[0], head[1:]
    slip = rng.choices(
        ("no prefix", "no year", "counter", "short year", "zeros", "letters", "spaces", "swap", "digit", "word", "separators"),
        (16, 12, 8, 8, 14, 10, 8, 8, 4, 6, 6),
    )[0]  # fmt: skip
    if slip == "no prefix":
        return rng.choice((f"{year}-{tail}", f"{year}{tail}", f"FACT {year} {tail}"))
    if slip == "no year":
        return rng.choice((f"{prefix}{tail}", f"{prefix}-{tail}", f"FACTURE {tail}", f"INV {tail}"))
    if slip == "counter":
        return rng.choice((tail.lstrip("0"), f"N° {tail.lstrip('0')}", f"FACT. {tail.lstrip('0')}"))
    if slip == "short year":
        return rng.choice((f"{prefix}{year[2:]}-{tail}", f"{prefix}{year[2:]}{tail}"))
    if slip == "zeros":
        return f"{prefix}{year}-{tail.lstrip('0')}"
    if slip == "letters":
        return number.replace("0", "O") if rng.random() < 0.6 else number.replace("1", "I").replace("0", "O", 1)
    if slip == "spaces":
        place = rng.randrange(1, len(tail))
        return (
            f"{prefix} {year} {tail[:place]} {tail[place:]}" if rng.random() < 0.5 else " ".join(prefix + year + tail)
        )
    if slip == "swap":
        whole = list(tail)
        place = rng.randrange(len(whole) - 1)
        whole[place], whole[place + 1] = whole[place + 1], whole[place]
        return f"{prefix}{year}-{''.join(whole)}"
    if slip == "digit":
        place = rng.randrange(len(tail))
        return f"{prefix}{year}-{tail[:place]}{rng.randrange(10)}{tail[place + 1 :]}"
    if slip == "word":
        return f"FACTURE N°{year}/{tail.lstrip('0')}"
    return rng.choice(
        (
            f"{prefix}--{year}--{tail}",
            f"{prefix}_{year}_{tail}",
            f"{prefix}.{year}.{tail}",
            f"{prefix}: {year} / {tail}",
        )
    )


def frame_text(said: str, payer: str, rng: Random) -> str:
    """What the bank prints around it; banks cut the whole at 140 characters."""
    noise = rng.choice(
        (
            "",
            "",
            "",
            f"DU {rng.randrange(1, 29):02d}/11/2026",
            f"CLIENT {rng.randrange(1000, 99999)}",
            f"DOSSIER {rng.randrange(100, 9999)}",
            f"TEL 04{rng.randrange(10**8):08d}",
            f"REF {rng.randrange(10**6, 10**9)}",
        )
    )
    body = " ".join(part for part in ((said, noise) if rng.random() < 0.7 else (noise, said)) if part)
    frame = rng.choice(
        (
            "{body}",
            "VIR SEPA RECU /DE {payer} /MOTIF {body}",
            "VIREMENT DE {payer} {body}",
            "/INV/{body}",
            "PAYMENT {body}",
            "FACTURE {body}",
            "VIR INST {payer} {body} /REF NOTPROVIDED",
        )
    )
    return frame.format(body=body, payer=payer)[:140].strip()
