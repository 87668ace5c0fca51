"""What stands at the top of the checkout and goes into the package of a wheel: the styles and the sample.

Not as a plain `force-include`: that would copy both into an editable installation too, where the copies would
go stale beside the originals, and would need a sample before the command that builds one can be installed.
"""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ShipStylesAndSample(BuildHookInterface):
    """Puts `styles/` and `sample.db` into `tui_billing/` of a wheel, and leaves a checkout alone."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before each build; `version` is "standard" or "editable"."""
        if version == "standard":
            build_data["force_include"].update({"styles": "tui_billing/styles", "sample.db": "tui_billing/sample.db"})
