"""A machine without the official rules (the extra `validate`) issues all the same, and says once that they are not there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import *  # noqa: F403
from tui_billing.exchange.einvoice.read import read
from tui_billing.models.door import Books

#: The parts of the extra, as if they had never been installed, in every process that is started.
ABSENT = "import sys\nsys.modules.update(dict.fromkeys(['saxonche', 'facturx', 'lxml']))\n"


@pytest.fixture
def clean(firm: Books, tmp_path: Path):
    (tmp_path / "absent").mkdir()
    (tmp_path / "absent" / "sitecustomize.py").write_text(ABSENT)

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        environ = {
            **os.environ,
            "PYTHONPATH": str(tmp_path / "absent"),
            "LC_ALL": "C.UTF-8",
            "TUI_BILLING_OPERATOR": "anna",
        }
        command = [sys.executable, "-m", "tui_billing", "--db", firm.url, "--today", "2026-11-25", *words]
        return subprocess.run(command, env=environ, capture_output=True, text=True, cwd=Path(__file__).parents[2])

    return run


def test_it_issues_and_says_so_once(firm: Books, clean, tmp_path: Path) -> None:
    order = tmp_path / "order.json"
    order.write_text(json.dumps({"customer": "ACME", "lines": [{"item": "A10", "quantity": "2"}]}))
    done = clean("invoice", "create", str(order), "--issue", "--json")
    assert done.returncode == 0, done.stderr
    number = json.loads(done.stdout)["number"]
    many = clean("send", "render", "--json")
    assert json.loads(many.stdout)["made"] == 1, many.stderr
    assert many.stderr.count("not installed") == 1
    assert "pip install 'tui-billing[validate]'" in many.stderr
    one = clean("invoice", "render", number, "-o", str(tmp_path / "one.pdf"), "--json")
    assert json.loads(one.stdout)["official_rules"] == "absent"
    assert one.stderr == "", "it has been said"
    assert read((tmp_path / "one.pdf").read_bytes()).invoice.number == number
