"""What a clerk works out inside a field: `=3*45.5`, `=100-3%`, `=119/1.19`, `=2*(10+5)`.

A recursive descent over `Decimal`. A percentage after `+` or `-` is of what stands before it; after `*` or
`/` it is a hundredth part.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Context, Decimal, DecimalException, localcontext

from tui_billing.rules.problem import Problem

MAX_LENGTH = 64
_MAX_DEPTH = 10
# A number with its signs, also with spaces between groups; whether it is well written is for the reader to say.
_TOKEN = r"[0-9.,]+(?:[ \u00a0\u202f][0-9]{3}(?![0-9])[.,0-9]*)*|[-+*/()%]"
_BLANKS = " \u00a0\u202f"


def evaluate(text: str, read: Callable[[str], Decimal], field: str, example: str) -> Decimal:
    """The value of a formula (without its `=`), to 100 significant digits; `read` turns a literal into its number.

    Raises Problem for anything that is not a formula, for a division by zero and for more than 10 brackets
    in one another. `example` is a formula in the clerk's form, to be quoted.
    """
    if len(text) > MAX_LENGTH:
        raise Problem(
            "a number or formula has at most {limit} characters; type for example {example}",
            field=field,
            limit=MAX_LENGTH,
            example=example,
        )
    formula = _Formula(text, read, field, example)
    try:
        with localcontext(Context(prec=100)):
            return formula.value()
    except DecimalException:
        raise formula.problem() from None


class _Formula:
    def __init__(self, text: str, read: Callable[[str], Decimal], field: str, example: str) -> None:
        self.read = read
        self.field = field
        self.example = example
        self.tokens = self._split(text)
        self.at = 0
        self.depth = 0

    def problem(self) -> Problem:
        return Problem(
            "this formula cannot be worked out; type for example {example}", field=self.field, example=self.example
        )

    def value(self) -> Decimal:
        result = self._sum()
        if self.at < len(self.tokens):
            raise self.problem()
        return result

    def _split(self, text: str) -> list[str]:
        tokens: list[str] = []
        position = 0
        while position < len(text):
            if text[position] in _BLANKS:
                position += 1
                continue
            match = re.compile(_TOKEN).match(text, position)
            if not match:
                raise self.problem()
            tokens.append(match[0])
            position = match.end()
        return tokens

    def _peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def _take(self, wanted: str) -> str:
        """The next token where it is one of `wanted`, else ""."""
        token = self._peek()
        if token and token in wanted:
            self.at += 1
            return token
        return ""

    def _sum(self) -> Decimal:
        total, is_percent = self._product()
        if is_percent:  # of what?
            raise self.problem()
        while sign := self._take("+-"):
            term, is_percent = self._product()
            if is_percent:
                term = total * term
            total = total + term if sign == "+" else total - term
        return total

    def _product(self) -> tuple[Decimal, bool]:
        """The product, and whether it is a percentage alone."""
        product, is_percent = self._factor()
        while sign := self._take("*/"):
            factor, _ = self._factor()
            is_percent = False
            if sign == "/" and not factor:
                raise Problem(
                    "nothing can be divided by 0; type for example {example}", field=self.field, example=self.example
                )
            product = product * factor if sign == "*" else product / factor
        return product, is_percent

    def _factor(self) -> tuple[Decimal, bool]:
        negative = bool(self._take("-"))
        if self._take("("):
            self.depth += 1
            if self.depth > _MAX_DEPTH:
                raise Problem(
                    "this formula has too many brackets in one another; type for example {example}",
                    field=self.field,
                    example=self.example,
                )
            value = self._sum()
            if not self._take(")"):
                raise self.problem()
            self.depth -= 1
        else:
            token = self._peek()
            if not token or token in "-+*/()%":
                raise self.problem()
            self.at += 1
            value = self.read(token)
        if negative:
            value = -value
        if self._take("%"):
            return value / 100, True
        return value, False
