"""A bank's file as bytes and as lines: its encoding found out, its reading counted, nothing of it held in memory."""

from __future__ import annotations

import codecs
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from tui_billing.rules.problem import Problem

HEAD = 64 * 1024
#: Longest line of a text format, in characters; no bank writes a tenth of it.
LONGEST_LINE = 1_000_000
_BLOCK = 1 << 18
_DOS_LETTER = re.compile(rb"(?<=[A-Za-z])[\x81-\x88\x8a-\x8d\x93-\x97\xa0-\xa3](?=[A-Za-z])")
_WINDOWS_LETTER = re.compile(rb"[A-Za-z][\xc0-\xe0\xe2-\xff]|[\xc0-\xe0\xe2-\xff][A-Za-z]")


@dataclass(frozen=True, slots=True)
class Options:
    """What the clerk or the account says where a file does not.

    `day_first` is None where the file itself must show the order of day and month; `mapping` is how the columns of
    a CSV are read (`exchange.bank.csv_columns.Mapping`).
    """

    currency: str = ""
    account: str = ""
    day_first: bool | None = None
    mapping: object = None


@dataclass
class Source:
    """A file to be read; `position` is how far that has come, in bytes (a second look begins again at 0)."""

    path: Path
    position: int = 0
    findings: list = field(default_factory=list)

    @cached_property
    def size(self) -> int:
        """Bytes of the file."""
        return self.path.stat().st_size

    @cached_property
    def head(self) -> bytes:
        """Its first 64 KiB."""
        with self.path.open("rb") as file:
            return file.read(HEAD)

    @cached_property
    def sha256(self) -> str:
        """Digest of the whole file, in hexadecimal."""
        made = hashlib.sha256()
        with self.path.open("rb") as file:
            while block := file.read(_BLOCK):
                made.update(block)
        return made.hexdigest()

    @cached_property
    def is_utf8(self) -> bool:
        """Whether every byte of the file is right as UTF-8."""
        decoder = codecs.getincrementaldecoder("utf-8")()
        with self.path.open("rb") as file:
            try:
                while block := file.read(_BLOCK):
                    decoder.decode(block)
                decoder.decode(b"", True)
            except UnicodeDecodeError:
                return False
        return True

    @cached_property
    def encoding(self) -> str:
        """By the mark at its beginning, else UTF-8 where it is right, else what Windows writes, or DOS wrote."""
        if self.head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if self.head[1:2] == b"\0" and self.head[3:4] == b"\0":
            return "utf-16-le"
        if self.head[:1] == b"\0" and self.head[2:3] == b"\0":
            return "utf-16-be"
        if self.is_utf8:
            return "utf-8-sig"
        # In Windows' own these are signs that stand in no word; every accent is above 0xC0 there.
        return "cp850" if _DOS_LETTER.search(self.head) and not _WINDOWS_LETTER.search(self.head) else "cp1252"

    @cached_property
    def text_head(self) -> str:
        """The beginning of its text."""
        text = self.head.decode("utf-8-sig" if self.encoding == "utf-8-sig" else self.encoding, "replace")
        return text.lstrip("\ufeff")

    def open(self) -> io.BufferedReader:
        """Its bytes from the beginning, counted as they are read."""
        self.position = 0
        return io.BufferedReader(_Counted(self), _BLOCK)

    def text(self) -> io.TextIOWrapper:
        """Its text from the beginning, line ends of any kind as they stand."""
        return io.TextIOWrapper(self.open(), encoding=self.encoding, errors="replace", newline="")

    def lines(self) -> Iterator[tuple[int, str]]:
        """(number, text) of its lines, from 1; LF, CR LF or CR end one. Problem where one never ends."""
        with io.TextIOWrapper(self.open(), encoding=self.encoding, errors="replace", newline=None) as file:
            number = 0
            while line := file.readline(LONGEST_LINE + 1):
                number += 1
                if len(line) > LONGEST_LINE:
                    raise Problem("line {line} is longer than any bank writes; get the file again", line=number)
                yield number, line.rstrip("\n").lstrip("\ufeff" if number == 1 else "")

    def pieces(self, pattern: str) -> Iterator[tuple[int, str]]:
        """(number, text) of what stands between places where `pattern` matches, for text without line ends."""
        cut = re.compile(pattern)
        rest, number = "", 0
        with self.text() as file:
            while block := file.read(1 << 16):
                *whole, rest = cut.split(rest + block)
                for piece in whole:
                    if piece:
                        number += 1
                        yield number, piece
                if len(rest) > LONGEST_LINE:
                    raise Problem("line {line} is longer than any bank writes; get the file again", line=number + 1)
        if rest:
            yield number + 1, rest

    @cached_property
    def has_line_ends(self) -> bool:
        """Whether the beginning of the file knows lines at all."""
        return "\n" in self.text_head or "\r" in self.text_head


class _Counted(io.FileIO):
    def __init__(self, source: Source) -> None:
        super().__init__(source.path, "rb")
        self._source = source

    def readinto(self, buffer) -> int | None:  # type: ignore[no-untyped-def]
        count = super().readinto(buffer)
        self._source.position += count or 0
        return count
