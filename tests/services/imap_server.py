"""A real IMAP server (pymap) in a process of its own, with a certificate of the house's own authority."""

from __future__ import annotations

import contextlib
import imaplib
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.services.mail_server import free_port

LOGIN, PASSWORD = "billing", "correct horse"


@dataclass(frozen=True)
class MailBox:
    """Where the server listens, and the authority that vouches for it."""

    port: int
    authority: Path

    @property
    def url(self) -> str:
        return f"imap://{LOGIN}@localhost:{self.port}/INBOX"

    @contextlib.contextmanager
    def client(self) -> Iterator[imaplib.IMAP4]:
        """A line to the server that is not ours."""
        with imaplib.IMAP4("localhost", self.port, timeout=10) as line:
            line.starttls(ssl.create_default_context(cafile=str(self.authority)))
            line.login(LOGIN, PASSWORD)
            line.select("INBOX")
            yield line

    def lay(self, *mails: bytes) -> None:
        """Put mails into the box, as nobody has seen them."""
        with self.client() as line:
            for mail in mails:
                status, words = line.append("INBOX", "", imaplib.Time2Internaldate(time.time()), mail)
                assert status == "OK", words

    def unseen(self) -> int:
        """How many mails are not marked as read."""
        with self.client() as line:
            return len(line.search(None, "UNSEEN")[1][0].split())


@contextlib.contextmanager
def imap_house(scratch: Path) -> Iterator[MailBox]:
    """The server with an empty box; it ends with the block."""
    import trustme

    authority = trustme.CA()
    cert = authority.issue_cert("localhost", "127.0.0.1")
    authority.cert_pem.write_to_path(str(scratch / "ca.pem"))
    cert.private_key_pem.write_to_path(str(scratch / "key.pem"))
    for place, pem in enumerate(cert.cert_chain_pems):
        pem.write_to_path(str(scratch / "cert.pem"), append=bool(place))
    port = free_port()
    command = [sys.executable, "-c", "import sys; from pymap.main import main; sys.exit(main())"]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    command += ["--cert", str(scratch / "cert.pem"), "--key", str(scratch / "key.pem")]
    command += ["dict", "--demo-user", LOGIN, "--demo-password", PASSWORD]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(port, process)
            yield MailBox(port, scratch / "ca.pem")
        finally:
            process.kill()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    import socket

    end = time.monotonic() + 20
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("localhost", port), timeout=1):
            return
        time.sleep(0.02)
    raise AssertionError("the IMAP server does not start")
