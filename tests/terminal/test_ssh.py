"""Over a real sshd on this machine, with keys made for the test: forced command, and a client that drops."""

from __future__ import annotations

import getpass
import os
import shlex
import shutil
import socket
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from tests.terminal import desk
from tests.terminal.pseudo import Pseudo

SSHD = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:" + os.environ.get("PATH", ""))
needs_sshd = pytest.mark.skipif(
    not (SSHD and shutil.which("ssh") and shutil.which("ssh-keygen")), reason="openssh is not installed here"
)
CONFIG = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/client.pub
PidFile {folder}/pid
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
AcceptEnv LC_* LANG
ForceCommand {command}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def db(tmp_path):
    return desk.copy_sample(tmp_path)


@pytest.fixture
def line(db, tmp_path):
    """The command line of a client whose login is the workstation."""
    for name in ("host", "client"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)], check=True)
    inside = {name: text for name, text in desk.surroundings().items() if text}
    settings = [f"{name}={text}" for name, text in inside.items()]
    command = shlex.join(["exec", "env", *settings, *desk.workstation(db)])
    port = free_port()
    config = tmp_path / "sshd_config"
    config.write_text(CONFIG.format(port=port, folder=tmp_path, command=command))
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    log = tmp_path / "log"
    server = subprocess.Popen([str(SSHD), "-D", "-e", "-f", str(config)], stderr=log.open("w"))
    try:
        end = time.perf_counter() + 5
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if server.poll() is not None or time.perf_counter() > end:
                    pytest.skip(f"this sshd does not serve us: {log.read_text()[-300:]}")
                time.sleep(0.02)
        options = [
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            f"UserKnownHostsFile={tmp_path}/known",
            "-o",
            "BatchMode=yes",
        ]
        identity = ["-i", str(tmp_path / "client"), "-o", "IdentitiesOnly=yes", "-F", "none"]
        user = f"{getpass.getuser()}@127.0.0.1"
        yield ["ssh", "-tt", "-p", str(port), *identity, *options, user]
    finally:
        server.kill()
        server.wait()


def working(db: Path) -> list[psutil.Process]:
    """The workstations that run on these books."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if str(db) in words and "tui_billing" in words:
            found.append(process)
    return found


def expect_gone(pid: int, seconds: float) -> None:
    """Wait until a process is gone and also taken off the table by its parent."""
    began = time.perf_counter()
    while psutil.pid_exists(pid):
        assert time.perf_counter() - began < seconds, f"{psutil.Process(pid)} lives on"
        time.sleep(0.02)


@needs_sshd
def test_a_dropped_client_loses_nothing(db, line):
    counter = desk.last_counter(db)
    with Pseudo(line) as term:
        term.wait_for("STATUS", timeout=15)
        term.write("nacme<enter>a10 2<enter>b20 1")
        term.wait_for(r"^ 2 +b20 1$")
        (at_work,) = working(db)
        term.kill()  # the client is gone; sshd finds its line closed and hangs the workstation up
        term.wait_exit()
    expect_gone(at_work.pid, 5)
    with Pseudo(line) as again:
        again.wait_for(r"draft \d+ is open again where you left it", timeout=15)
        again.wait_for(r"^ 1 +A10 .* 1,300\.00$\n 2 +b20 1$")
        again.write("0<enter>c30<enter>" + desk.ISSUE)
        again.wait_for(desk.ISSUED)
        again.write("<esc>")
        again.wait_for("STATUS")
        again.write("q")
        assert again.wait_exit() == 0
    assert [lines for _n, _who, _gross, lines in desk.issued_since(db, counter)] == [desk.LINES]
    assert desk.value(db, "SELECT origin FROM audit ORDER BY seq DESC LIMIT 1") == "127.0.0.1"
