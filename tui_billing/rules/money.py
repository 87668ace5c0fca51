"""Money as integer minor units of a currency (ISO 4217); no binary float comes near an amount."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext

from tui_billing.rules.problem import Problem

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


def exponent(currency: str) -> int:
    """Number of decimals of a currency; Problem where ISO 4217 does not know it."""
    try:
        return CURRENCIES[currency]
    except KeyError:
        raise Problem(
            "{currency} is not a currency; type its ISO code, for example EUR", field="currency", currency=currency[:20]
        ) from None


def round_half_up(value: Decimal, places: int) -> Decimal:
    """Rounded half up on the absolute value (EN 16931: 2.675 -> 2.68, -2.675 -> -2.68)."""
    with localcontext() as context:
        context.prec = 60
        return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def within_limit(minor: int, field: str = "amount") -> int:
    """The amount itself; Problem where it is beyond `LIMIT`."""
    if abs(minor) > LIMIT:
        raise Problem("the amount is too large; the most is {limit} minor units", field=field, limit=f"{LIMIT:,}")
    return minor


def to_minor(value: Decimal, currency: str, field: str = "amount") -> int:
    """Minor units of an exact decimal; Problem where it has more decimals than the currency."""
    places = exponent(currency)
    with localcontext() as context:
        context.prec = 60
        scaled = value.scaleb(places)
        try:
            whole = scaled.to_integral_exact()
        except InvalidOperation:
            raise Problem("the amount is not a number", field=field) from None
        if whole != scaled:
            raise Problem(
                "{value} has too many decimals; {currency} has {places}",
                field=field,
                value=format(value, "f")[:40],
                currency=currency,
                places=places,
            )
        return within_limit(int(whole), field)


def from_minor(minor: int, currency: str) -> Decimal:
    """The decimal of minor units, with all the currency's decimals."""
    return Decimal(minor).scaleb(-exponent(currency))


def plain(minor: int, currency: str) -> str:
    """The amount as a plain decimal string ("1300.00"), as JSON carries it."""
    places = exponent(currency)
    digits = str(abs(minor)).rjust(places + 1, "0")
    sign = "-" if minor < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else sign + digits


def convert(minor: int, currency: str, base_currency: str, rate: Decimal) -> int:
    """Minor units of `base_currency`; `rate` is base units for one unit of `currency`."""
    with localcontext() as context:
        context.prec = 60
        value = from_minor(minor, currency) * rate
        return within_limit(int(round_half_up(value, exponent(base_currency)).scaleb(exponent(base_currency))))


def split(minor: int, weights: Sequence[int]) -> list[int]:
    """Shares of an amount by weight, their sum exact: largest remainder, ties to the earlier share."""
    total = sum(weights)
    if not total:
        raise ValueError("weights add up to nothing")
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

    @classmethod
    def of(cls, value: str | int | Decimal, currency: str) -> Money:
        """Exact; Problem where the value has more decimals than the currency or is no number."""
        if isinstance(value, float):
            raise TypeError("a float is no amount")
        try:
            number = Decimal(value)
        except InvalidOperation:
            raise Problem("{text} is not a number", field="amount", text=str(value)[:40]) from None
        return cls(to_minor(number, currency), currency)

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
