"""Dovecot: the mailbox, over IMAP in the clear, with STARTTLS and over TLS, filled by LMTP."""

import grp
import imaplib
import itertools
import os
import pwd
import secrets
import smtplib
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.certificates import Certificate, issue
from tests.support.parts import (
    HOST,
    answers,
    free_port,
    missing,
    program,
    public_folder,
    running_as_root,
    served,
)

_numbers = itertools.count(1)

_CONFIGURATION = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
listen = {host}
protocols = imap lmtp
mail_location = maildir:{folder}/mail/%u
mail_max_userip_connections = 100
first_valid_uid = 1
auth_failure_delay = 0
auth_mechanisms = plain login
disable_plaintext_auth = no
recipient_delimiter = +
ssl = yes
ssl_cert = <{certificate.certificate_file}
ssl_key = <{certificate.key_file}
ssl_client_ca_file = {certificate.ca_file}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}
service imap-login {{
  inet_listener imap {{
    port = {imap_port}
  }}
  inet_listener imaps {{
    port = {imaps_port}
    ssl = yes
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = {host}
    port = {lmtp_port}
  }}
}}
service auth {{
  inet_listener sasl {{
    address = {host}
    port = {sasl_port}
  }}
}}
"""

# Without root every process runs as the one user there is, and nothing can be shut into a folder.
_ROOTLESS = """\
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
}}
service imap-urlauth-login {{
  chroot =
}}
"""


@dataclass(frozen=True)
class Dovecot:
    """A running server. Every address is a mailbox; all have the same password."""

    folder: Path
    ca_file: Path
    host: str = HOST
    imap_port: int = field(default_factory=free_port)
    imaps_port: int = field(default_factory=free_port)
    lmtp_port: int = field(default_factory=free_port)
    sasl_port: int = field(default_factory=free_port)
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12))

    def new_user(self, name: str = "user", domain: str = "winlas.se") -> str:
        """Return an address whose mailbox is empty."""
        return f"{name}-{os.getpid()}-{next(_numbers)}@{domain}"

    def deliver(self, address: str, raw: bytes, *, sender: str = "sender@kund.example") -> None:
        """Put a mail into the mailbox of the address, byte for byte but for the trace headers on top."""
        with smtplib.LMTP(self.host, self.lmtp_port) as lmtp:
            lmtp.sendmail(sender, [address], raw)

    def append(self, address: str, raw: bytes) -> None:
        """Put the very bytes into a mailbox, as another mail program does that copies a mail; no header is added."""
        with imaplib.IMAP4(self.host, self.imap_port, timeout=30) as imap:
            imap.login(address, self.password)
            imap.append("INBOX", None, None, raw)

    def messages(self, address: str, folder: str = "INBOX") -> list[bytes]:
        """Return the raw mails in a folder, oldest first, without marking them as read."""
        with imaplib.IMAP4(self.host, self.imap_port, timeout=30) as imap:
            imap.login(address, self.password)
            status, _ = imap.select(f'"{folder}"', readonly=True)
            if status != "OK":
                return []
            _, (numbers,) = imap.search(None, "ALL")
            fetched = (imap.fetch(number, "(BODY.PEEK[])")[1][0] for number in numbers.decode().split())
            return [part[1] for part in fetched if isinstance(part, tuple)]


@contextmanager
def running_dovecot() -> Iterator[Dovecot]:
    """Start a Dovecot of one's own and stop it afterwards."""
    binary = program("dovecot")
    program("lmtp", "/usr/lib/dovecot", "/usr/libexec/dovecot")
    version = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout
    if not version.startswith("2.3."):
        missing(f"Dovecot {version.strip()} is installed; the tests configure 2.3")
    with public_folder("dovecot") as folder:
        certificate = issue(folder)
        dovecot = Dovecot(folder, certificate.ca_file)
        configuration = folder / "dovecot.conf"
        configuration.write_text(_configuration(dovecot, certificate))
        command = [binary, "-F", "-c", str(configuration)]
        with served(command, folder / "dovecot.out", answers(dovecot.imap_port)):
            yield dovecot


def _configuration(dovecot: Dovecot, certificate: Certificate) -> str:
    user = "mail" if running_as_root() else pwd.getpwuid(os.geteuid()).pw_name
    account = pwd.getpwnam(user)
    mail = dovecot.folder / "mail"
    mail.mkdir(mode=0o700)
    if running_as_root():
        os.chown(mail, account.pw_uid, account.pw_gid)
    values = vars(dovecot) | {
        "certificate": certificate,
        "user": user,
        "group": grp.getgrgid(account.pw_gid).gr_name,
    }
    text = _CONFIGURATION if running_as_root() else _CONFIGURATION + _ROOTLESS
    return text.format_map(values)
