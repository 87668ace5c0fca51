"""The four themes and the colours of the statuses, and which theme a terminal gets.

Status colours are theme variables `status-grey`, `status-blue` ... (`rules.status.GLYPHS` names the colours), so
style sheets and Content say `$status-red`. A colour never stands alone: beside it is always a sign and a word.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.theme import Theme

from tui_billing.widgets.quiet_screen import QuietScreen

COLOURS = ("grey", "blue", "yellow", "cyan", "red", "magenta", "green", "dim")
"""The colour names of statuses, as `rules.status.Glyph.colour` has them."""

DARK, LIGHT, ANSI, HIGH_CONTRAST = "dark", "light", "ansi", "high-contrast"


def _tokens(colours: Mapping[str, str], **others: str) -> dict[str, str]:
    variables = {f"status-{name}": value for name, value in colours.items()}
    variables.update({name.replace("_", "-"): value for name, value in others.items()})
    return variables


# Each colour has a contrast of at least 4.5 to the background of its theme (WCAG 2.2, 1.4.3), 7 in high-contrast.
_DARK = _tokens(
    {
        "grey": "#a8a8a8",
        "blue": "#7cb7ff",
        "yellow": "#e8c547",
        "cyan": "#58cfd6",
        "red": "#ff8577",
        "magenta": "#e59bf0",
        "green": "#7fd18b",
        "dim": "#969696",
    },
    row_cursor_background="#2f5d8c",
    row_cursor_color="#ffffff",
    bar_background="#2a2a2a",
    input_cursor_background="#e4e4e4",
    input_cursor_foreground="#1c1c1c",
    input_cursor_text_style="none",
    input_selection_background="#2f5d8c",
    input_selection_foreground="#ffffff",
    field_background="#303030",
)
_LIGHT = _tokens(
    {
        "grey": "#5f5f5f",
        "blue": "#0b57b0",
        "yellow": "#7a5600",
        "cyan": "#006a75",
        "red": "#b3261e",
        "magenta": "#8b2a9b",
        "green": "#1d6b2c",
        "dim": "#636363",
    },
    row_cursor_background="#bcd7f5",
    row_cursor_color="#000000",
    bar_background="#e4e4e4",
    input_cursor_background="#1c1c1c",
    input_cursor_foreground="#ffffff",
    input_cursor_text_style="none",
    input_selection_background="#bcd7f5",
    input_selection_foreground="#000000",
    field_background="#ececec",
)
_HIGH_CONTRAST = _tokens(
    {
        "grey": "#d0d0d0",
        "blue": "#9accff",
        "yellow": "#ffe14d",
        "cyan": "#66f2ff",
        "red": "#ffa69c",
        "magenta": "#ffb3ff",
        "green": "#8cff9e",
        "dim": "#c0c0c0",
    },
    row_cursor_background="#ffe14d",
    row_cursor_color="#000000",
    bar_background="#000000",
    input_cursor_background="#ffe14d",
    input_cursor_foreground="#000000",
    input_cursor_text_style="none",
    input_selection_background="#ffffff",
    input_selection_foreground="#000000",
    field_background="#303030",
)
# The terminal's own sixteen colours: its user has made them legible. Bright black is often the background
# itself, so grey and dim are the default colour, dimmed by attribute where they are painted. What must be
# seen without any colour (cursor, selection) is reversed, so that NO_COLOR loses nothing.
_ANSI = _tokens(
    {
        "grey": "ansi_default",
        "blue": "ansi_blue",
        "yellow": "ansi_yellow",
        "cyan": "ansi_cyan",
        "red": "ansi_red",
        "magenta": "ansi_magenta",
        "green": "ansi_green",
        "dim": "ansi_default",
    },
    row_cursor_background="ansi_default",
    row_cursor_color="ansi_default",
    bar_background="ansi_default",
    input_cursor_background="ansi_default",
    input_cursor_foreground="ansi_default",
    input_cursor_text_style="reverse",
    input_selection_background="ansi_default",
    input_selection_foreground="ansi_default",
    field_background="ansi_default",
    ansi_background="ansi_black",
    ansi_foreground="ansi_white",
)

THEMES: dict[str, Theme] = {
    DARK: Theme(
        name=DARK,
        primary="#7cb7ff",
        secondary="#58cfd6",
        warning="#e8c547",
        error="#ff8577",
        success="#7fd18b",
        accent="#e8c547",
        foreground="#e4e4e4",
        background="#1c1c1c",
        surface="#1c1c1c",
        panel="#2a2a2a",
        variables=_DARK,
    ),
    LIGHT: Theme(
        name=LIGHT,
        primary="#0b57b0",
        secondary="#006a75",
        warning="#7a5600",
        error="#b3261e",
        success="#1d6b2c",
        accent="#8b2a9b",
        foreground="#1c1c1c",
        background="#fafafa",
        surface="#fafafa",
        panel="#e4e4e4",
        dark=False,
        variables=_LIGHT,
    ),
    HIGH_CONTRAST: Theme(
        name=HIGH_CONTRAST,
        primary="#ffffff",
        secondary="#66f2ff",
        warning="#ffe14d",
        error="#ffa69c",
        success="#8cff9e",
        accent="#ffe14d",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#000000",
        variables=_HIGH_CONTRAST,
    ),
    ANSI: Theme(
        name=ANSI,
        ansi=True,
        primary="ansi_blue",
        secondary="ansi_cyan",
        warning="ansi_yellow",
        error="ansi_red",
        success="ansi_green",
        accent="ansi_cyan",
        foreground="ansi_default",
        background="ansi_default",
        surface="ansi_default",
        panel="ansi_default",
        boost="ansi_default",
        variables=_ANSI,
    ),
}


def pick_theme(environ: Mapping[str, str] | None = None, wanted: str = "") -> str:
    """The theme for a terminal: what the clerk wants, unless NO_COLOR forbids; else what the line can carry.

    Over SSH, or where COLORTERM does not promise true colour, the terminal's own colours (`ansi`) cost the fewest
    bytes and keep the user's palette. NO_COLOR (no-color.org: set and not empty) always gives `ansi`, which is then
    painted without any colour.
    """
    environ = os.environ if environ is None else environ
    if environ.get("NO_COLOR"):
        return ANSI
    if wanted in THEMES:
        return wanted
    if environ.get("SSH_CONNECTION") or environ.get("SSH_TTY") or environ.get("SSH_CLIENT"):
        return ANSI
    if environ.get("COLORTERM", "").lower() not in ("truecolor", "24bit"):
        return ANSI
    return DARK


class ThemedApp(App[Any]):
    """An app with our themes and no others, the right one chosen before the first paint."""

    def __init__(self, *, theme: str = "", **kwargs: Any) -> None:
        chosen = pick_theme(wanted=theme)
        if os.environ.get("NO_COLOR"):
            # The filter that takes colours away is chosen in App.__init__, before a theme of ours is known.
            kwargs.setdefault("ansi_color", True)
        super().__init__(**kwargs)
        for one in THEMES.values():
            self.register_theme(one)
        self.theme = chosen

    def get_default_screen(self) -> QuietScreen[None]:
        """The screen below all others."""
        return QuietScreen(id="_default")

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our tokens, so that the style sheets parse in any theme."""
        return {**super().get_theme_variable_defaults(), **_DARK}


_tints: dict[tuple[str, str], Style] = {}


def tint(app: App[Any], colour: str) -> Style:
    """The rich style of a status colour in the app's theme, foreground only; "" and unknown names give none."""
    if colour not in COLOURS:
        return Style.null()
    known = _tints.get((app.theme, colour))
    if known is None:
        value = app.theme_variables.get(f"status-{colour}") or _DARK[f"status-{colour}"]
        if value.startswith("ansi_"):
            name = value.removeprefix("ansi_")
            known = Style(dim=True) if name == "default" else Style(color=name)
        else:
            known = Style(color=Color.parse(value).rich_color)
        _tints[app.theme, colour] = known
    return known
