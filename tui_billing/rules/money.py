"""Money as integer minor units of a currency (ISO 4217); no binary float comes near an amount."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation, localcontext

from tui_billing.rules.problem import Problem
from tui_billing.rules.text import quote

#: Largest magnitude of an amount, in minor units: sums of many still fit a 64-bit integer.
LIMIT = 10**15

_TWO = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW"
    " CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF"
    " IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK"
    " MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP"
    " SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER"
    " ZAR ZMW ZWG"
)
_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_FOUR = "CLF UYW"

#: Currency code -> number of decimals (ISO 4217, list one of 2026-01-01).
CURRENCIES: dict[str, int] = {
    code: decimals for decimals, codes in ((0, _NONE), (2, _TWO), (3, _THREE), (4, _FOUR)) for code in codes.split()
}


# Wide enough for any amount times any rate or price; the thread's own context is never touched.
_WIDE = Context(prec=60)


def exponent(currency: str) -> int:
    """Number of decimals of a currency; Problem where ISO 4217 does not know it."""
    try:
        return CURRENCIES[currency]
    except (KeyError, TypeError):
        raise Problem(
            "{currency} is not a currency; type its ISO code, for example EUR",
            field="currency",
            currency=quote(currency),
        ) from None


def round_half_up(value: Decimal, places: int) -> Decimal:
    """Rounded half up on the absolute value (EN 16931: 2.675 -> 2.68, -2.675 -> -2.68).

    Problem where the result has more than 60 digits or the value is no number.
    """
    with localcontext(_WIDE):
        try:
            return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
        except InvalidOperation:
            raise _too_large("") from None


def within_limit(minor: int, field: str = "amount") -> int:
    """The amount itself; Problem where it is beyond `LIMIT`."""
    if abs(minor) > LIMIT:
        raise _too_large(field)
    return minor


def _too_large(field: str) -> Problem:
    return Problem(
        "the amount is too large; type at most {limit} of the currency's smallest unit", field=field, limit=LIMIT
    )


def to_minor(value: Decimal, currency: str, field: str = "") -> int:
    """Minor units of an exact decimal; Problem where it has more decimals than the currency or is too large."""
    places = exponent(currency)
    if not value.is_finite():
        raise _not_a_number(value, field)
    if value.adjusted() + places > 20:
        raise _too_large(field)
    # From the digits themselves: arithmetic would round a value that has more than the context keeps.
    sign, digits, tens = value.as_tuple()
    shift = int(tens) + places
    kept, cut = (digits, ()) if shift >= 0 else (digits[:shift], digits[shift:])
    if any(cut):
        raise Problem(
            "{value} has too many decimals; {currency} has {places}, type for example {example}",
            field=field,
            value=quote(value),
            currency=currency,
            places=places,
            example=plain(125 * 10**places // 10, currency),
        )
    minor = int("".join(map(str, kept)) or "0") * 10 ** max(shift, 0)
    return within_limit(-minor if sign else minor, field)


def _not_a_number(value: object, field: str) -> Problem:
    return Problem("{text} is not a number; type for example {example}", field=field, text=quote(value), example="12.5")


def from_minor(minor: int, currency: str) -> Decimal:
    """The decimal of minor units, with all the currency's decimals."""
    return Decimal(minor).scaleb(-exponent(currency), _WIDE)


def plain(minor: int, currency: str) -> str:
    """The amount as a plain decimal string ("1300.00"), as JSON carries it."""
    places = exponent(currency)
    digits = str(abs(minor)).rjust(places + 1, "0")
    sign = "-" if minor < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else sign + digits


def convert(minor: int, currency: str, base_currency: str, rate: Decimal) -> int:
    """Minor units of `base_currency`, rounded half up; `rate` is base units for one unit of `currency`."""
    places = exponent(base_currency)
    with localcontext(_WIDE):
        value = from_minor(minor, currency) * rate
    return to_minor(round_half_up(value, places), base_currency, "amount")


def split(minor: int, weights: Sequence[int]) -> list[int]:
    """Shares of an amount by weight, their sum exact: largest remainder, ties to the earlier share.

    ValueError where a weight is negative or all are 0: that is a fault of the caller, not of a clerk.
    """
    total = sum(weights)
    if not total or min(weights) < 0:
        raise ValueError("weights are 0 or more and not all of them 0")
    sign = -1 if minor < 0 else 1
    parts = [divmod(abs(minor) * weight, total) for weight in weights]
    shares = [part[0] for part in parts]
    left = abs(minor) - sum(shares)
    for index in sorted(range(len(parts)), key=lambda i: (-parts[i][1], i))[:left]:
        shares[index] += 1
    return [sign * share for share in shares]


@dataclass(frozen=True, slots=True)
class Money:
    """An amount: `minor` units of `currency`. Arithmetic and comparison stay within one currency."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError("an amount is a whole number of minor units")

    @classmethod
    def of(cls, value: str | int | Decimal, currency: str) -> Money:
        """Exact, from an integer, a Decimal or the canonical text ("-1300.00").

        Problem where the value is no number or has more decimals than the currency.
        """
        if isinstance(value, Decimal):
            return cls(to_minor(value, currency), currency)
        if isinstance(value, bool | float):
            raise TypeError("an amount is never a binary float")
        text = str(value)
        # Decimal itself would take exponents, underscores and the digits of any script.
        if len(text) > 60 or not re.fullmatch(r"-?[0-9]+(?:\.[0-9]+)?", text):
            raise _not_a_number(text, "amount")
        return cls(to_minor(Decimal(text), currency), currency)

    @classmethod
    def rounded(cls, value: Decimal, currency: str) -> Money:
        """Rounded half up to the currency's decimals."""
        return cls.of(round_half_up(value, exponent(currency)), currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(0, currency)

    @property
    def decimal(self) -> Decimal:
        return from_minor(self.minor, self.currency)

    @property
    def plain(self) -> str:
        return plain(self.minor, self.currency)

    def split(self, weights: Sequence[int]) -> list[Money]:
        """Shares by weight, their sum exact (largest remainder)."""
        return [Money(share, self.currency) for share in split(self.minor, weights)]

    def _same(self, other: object) -> int:
        if not isinstance(other, Money) or other.currency != self.currency:
            raise TypeError(f"{self.currency} goes with {self.currency} only, not with {other!r}")
        return other.minor

    def __radd__(self, other: object) -> Money:
        # sum() begins with 0.
        if other == 0 and isinstance(other, int):
            return self
        return NotImplemented

    def __add__(self, other: Money) -> Money:
        return Money(within_limit(self.minor + self._same(other)), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(within_limit(self.minor - self._same(other)), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.minor), self.currency)

    def __bool__(self) -> bool:
        return bool(self.minor)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.minor >= self._same(other)
