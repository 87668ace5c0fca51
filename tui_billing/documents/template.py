"""How a document looks: columns and their heads, texts, colours, logo, payment; data that a house changes.

What the law asks of an invoice (art. 226 of 2006/112/EC, CGI ann. II art. 242 nonies A) no template can leave out:
the columns in `REQUIRED` are always there, and the house's footer stands below its legal line, never in its place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tui_billing.rules.places import check_places
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import quote, safe

#: What is billed, by which a template is chosen.
GOODS, SERVICES, PROGRESS, SUBSCRIPTION = "goods", "services", "progress", "subscription"
KINDS = (GOODS, SERVICES, PROGRESS, SUBSCRIPTION)

REQUIRED = ("position", "text", "quantity", "unit", "price", "vat", "net")
COLUMNS = (
    "position",
    "item",
    "text",
    "period",
    "quantity",
    "unit",
    "price",
    "discount",
    "vat",
    "previous",
    "net",
    "todate",
)
LOGOS = ("left", "right", "none")
PAYMENTS = ("box", "line")
#: What may stand in braces in the texts of a document.
PLACES = (
    "number",
    "document",
    "company",
    "customer",
    "contact",
    "amount",
    "issue_date",
    "due_date",
    "order",
    "contract",
    "project",
    "period",
)
#: Width of a page between its margins, in millimetres, and what the description needs at least.
PAGE_WIDTH, LEAST_TEXT = 174, 40
LONGEST_TEXT, LONGEST_HEAD = 2000, 24
ACCENT, GREY = "#1f3a5f", "#68707d"
#: Least contrast with the paper (WCAG 2.1, 1.4.3).
CONTRAST = 4.5
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,23}")
_COLOUR = re.compile(r"#?([0-9a-fA-F]{6})")


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """A column: its name and its width in millimetres, 0 for as wide as its data (the description: what is left)."""

    name: str
    width: int = 0


@dataclass(frozen=True, slots=True)
class TemplateText:
    """What a template says in a language: before the lines, behind them, in the footer; heads as (column, word)."""

    language: str
    intro: str = ""
    closing: str = ""
    footer: str = ""
    heads: tuple[tuple[str, str], ...] = ()


def _columns(*names: str) -> tuple[TemplateColumn, ...]:
    return tuple(map(TemplateColumn, names))


STANDARD = _columns("position", "text", "quantity", "unit", "price", "discount", "vat", "net")


@dataclass(frozen=True, slots=True)
class Template:
    """A template as an issued document keeps it; without any of it, the one that every document had at first."""

    code: str = ""
    version: int = 0
    columns: tuple[TemplateColumn, ...] = STANDARD
    texts: tuple[TemplateText, ...] = ()
    accent: str = ACCENT
    grey: str = GREY
    logo: str = "left"
    payment: str = "box"
    payment_code: bool = True

    def text(self, language: str) -> TemplateText:
        """What it says in a language; nothing where the house has worded nothing."""
        return next((one for one in self.texts if one.language == language), TemplateText(language))

    def head(self, language: str, column: str) -> str:
        """The head of a column as the house words it, "" for the usual one."""
        return dict(self.text(language).heads).get(column, "")

    def has(self, column: str) -> bool:
        """Whether it has a column."""
        return any(one.name == column for one in self.columns)


#: What every document looked like before there were templates.
PLAIN = Template()
#: What comes with the program; the first version of each is in the books from the day they are made.
BUILT_IN = (
    Template("standard"),
    Template(
        GOODS, columns=_columns("position", "item", "text", "quantity", "unit", "price", "discount", "vat", "net")
    ),
    Template(
        SERVICES,
        texts=(
            TemplateText("en", heads=(("text", "Work done"), ("price", "Rate"))),
            TemplateText("fr", heads=(("text", "Prestation"), ("price", "Taux"))),
        ),
    ),
    Template(
        PROGRESS,
        columns=_columns(
            "position", "text", "quantity", "unit", "price", "discount", "vat", "previous", "net", "todate"
        ),
        texts=(
            TemplateText("en", heads=(("text", "Works"), ("quantity", "Progress"), ("net", "This invoice"))),
            TemplateText("fr", heads=(("text", "Travaux"), ("quantity", "Avancement"), ("net", "Cette facture"))),
        ),
    ),
    Template(
        SUBSCRIPTION,
        columns=_columns("position", "text", "period", "quantity", "unit", "price", "discount", "vat", "net"),
        texts=(
            TemplateText("en", heads=(("text", "Subscription"),)),
            TemplateText("fr", heads=(("text", "Abonnement"),)),
        ),
    ),
)


# -- as it is typed ------------------------------------------------------

LANGUAGES = ("en", "fr")
_TEXTS = ("intro", "closing", "footer", "heads")
#: Every name that `changed` takes, in the order of the form.
NAMES = (
    *("columns", "accent", "grey", "logo", "payment", "payment_code"),
    *(f"{name}.{language}" for language in LANGUAGES for name in _TEXTS),
)


def values_of(template: Template) -> dict[str, str]:
    """A template as it is typed: columns as "position text:60 …", heads as "quantity=Hours; price=Rate"."""
    values = {
        "columns": " ".join(f"{one.name}:{one.width}" if one.width else one.name for one in template.columns),
        "accent": template.accent,
        "grey": template.grey,
        "logo": template.logo,
        "payment": template.payment,
        "payment_code": "yes" if template.payment_code else "no",
    }
    for language in LANGUAGES:
        text = template.text(language)
        values |= {f"{name}.{language}": getattr(text, name) for name in ("intro", "closing", "footer")}
        values[f"heads.{language}"] = "; ".join(f"{column}={word}" for column, word in text.heads)
    return values


def changed(template: Template, typed: Mapping[str, str]) -> Template:
    """The template with what is typed; a Problem names the first value that does not fit, by its field."""
    for name in typed:
        if name not in NAMES:
            raise Problem(
                "{name} is nothing that a template has; it has {names}",
                field=name,
                name=quote(name),
                names=", ".join(NAMES),
            )
    values = {**values_of(template), **typed}
    return replace(
        template,
        columns=_parse_columns(values["columns"]),
        accent=_parse_colour(values["accent"] or ACCENT, "accent"),
        grey=_parse_colour(values["grey"] or GREY, "grey"),
        logo=_one_of(values["logo"] or "left", LOGOS, "logo"),
        payment=_one_of(values["payment"] or "box", PAYMENTS, "payment"),
        payment_code=_one_of(values["payment_code"].lower() or "yes", ("yes", "no"), "payment_code") == "yes",
        texts=tuple(
            text for language in LANGUAGES if (text := _parse_text(values, language)) != TemplateText(language)
        ),
    )


def check_code(code: str) -> str:
    """The name of a template: small letters, digits and dashes, at most 24."""
    code = code.strip().lower()
    if not _CODE.fullmatch(code):
        raise Problem(
            "{text} is no name of a template; use up to 24 small letters, digits and dashes",
            field="code",
            text=quote(code),
        )
    return code


def _one_of(text: str, known: tuple[str, ...], field: str) -> str:
    typed = text.strip().lower()
    found = [one for one in known if typed and one.startswith(typed)]
    if len(found) != 1:
        raise Problem(
            "{text} does not fit here; it is one of {names}", field=field, text=quote(text), names=", ".join(known)
        )
    return found[0]


def _parse_columns(text: str) -> tuple[TemplateColumn, ...]:
    columns: list[TemplateColumn] = []
    for word in text.replace(",", " ").split():
        name, colon, width = word.lower().partition(":")
        if name not in COLUMNS:
            raise Problem(
                "{name} is no column; there are {names}", field="columns", name=quote(name), names=", ".join(COLUMNS)
            )
        if any(one.name == name for one in columns):
            raise Problem("the column {name} stands here twice; take one out", field="columns", name=name)
        if colon and not (width.isascii() and width.isdigit() and 6 <= int(width) <= 120):
            raise Problem(
                "the width of {name} is {text}; type millimetres from 6 to 120, or none",
                field="columns",
                name=name,
                text=quote(width),
            )
        columns.append(TemplateColumn(name, int(width) if colon else 0))
    for name in REQUIRED:
        if not any(one.name == name for one in columns):
            raise Problem("an invoice must show {name}; put that column back", field="columns", name=name)
    fixed = sum(one.width for one in columns if one.name != "text")
    if fixed + LEAST_TEXT > PAGE_WIDTH:
        raise Problem(
            "these columns take {width} mm; the description needs {least} of the {page} mm there are: make them narrower",
            field="columns",
            width=fixed,
            least=LEAST_TEXT,
            page=PAGE_WIDTH,
        )
    return tuple(columns)


def _parse_colour(text: str, field: str) -> str:
    found = _COLOUR.fullmatch(text.strip())
    if not found:
        raise Problem(
            "{text} is no colour; type six hexadecimal digits, for example #1f3a5f", field=field, text=quote(text)
        )
    colour = "#" + found[1].lower()
    if (ratio := contrast(colour)) < CONTRAST:
        raise Problem(
            "{colour} is too pale to be read on paper (contrast {ratio}, at least {least}); take a darker one",
            field=field,
            colour=colour,
            ratio=f"{ratio:.1f}",
            least=CONTRAST,
        )
    return colour


def rgb(colour: str) -> tuple[int, int, int]:
    """The red, green and blue of "#1f3a5f", 0 to 255 each."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def contrast(colour: str) -> float:
    """Contrast of a colour with white paper, 1 to 21 (WCAG 2.1)."""
    parts = [part / 255 for part in rgb(colour)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _parse_text(values: Mapping[str, str], language: str) -> TemplateText:
    texts = {}
    for name in ("intro", "closing", "footer"):
        field = f"{name}.{language}"
        text = "\n".join(safe(line).strip() for line in values[field].replace("\r\n", "\n").split("\n")).strip()
        if len(text) > LONGEST_TEXT:
            raise Problem(
                "this text has {length} characters, {limit} fit; shorten it",
                field=field,
                length=len(text),
                limit=LONGEST_TEXT,
            )
        check_places(text, PLACES, field)
        texts[name] = text
    return TemplateText(language, heads=_parse_heads(values[f"heads.{language}"], f"heads.{language}"), **texts)


def _parse_heads(text: str, field: str) -> tuple[tuple[str, str], ...]:
    heads: dict[str, str] = {}
    for part in text.split(";"):
        if not part.strip():
            continue
        column, equals, word = part.partition("=")
        column, word = column.strip().lower(), safe(word).strip()
        if not equals or column not in COLUMNS or not word or len(word) > LONGEST_HEAD:
            raise Problem(
                "{text} is no head of a column; type for example quantity=Hours; price=Rate (at most {limit} signs)",
                field=field,
                text=quote(part.strip()),
                limit=LONGEST_HEAD,
            )
        heads[column] = word
    return tuple((name, heads[name]) for name in COLUMNS if name in heads)


# -- as it is kept -------------------------------------------------------


def to_json(template: Template) -> dict[str, Any]:
    """As the books keep it: the values that are typed, by name; what is empty is left out."""
    return {name: value for name, value in values_of(template).items() if value}


def from_json(code: str, version: int, content: Mapping[str, str]) -> Template:
    """The reverse of `to_json`."""
    return changed(Template(code, version), content)
