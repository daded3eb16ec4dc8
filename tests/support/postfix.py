"""Postfix: the way mail takes from a sender to a mailbox in Dovecot, with the failures a real server has.

Some names behave as such recipients do out in the world, at every domain that is served:

- `unknown@` is refused for good when it is named (550 5.1.1);
- `later@` is refused for now (450 4.2.0);
- `full@` is accepted, and comes back as a delivery status notification (5.2.2).
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.certificates import Certificate, issue
from tests.support.dovecot import Dovecot
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

DOMAINS = ("winlas.se", "kund.example", "partner.example", "byra.example", "privat.example")

_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
inet_interfaces = {host}
inet_protocols = ipv4
myhostname = mail.winlas.se
mydestination =
mynetworks = {host}/32
alias_maps =
alias_database =
local_recipient_maps =
recipient_delimiter = +
message_size_limit = 52428800
mailbox_size_limit = 0
# Mail for the served domains only: whatever is for the world outside is refused, also from loopback.
virtual_mailbox_domains = {domains}
virtual_transport = lmtp:inet:{host}:{dovecot.lmtp_port}
transport_maps = regexp:{folder}/transport
default_transport = error:5.7.1 nothing leaves this machine
relay_transport = $default_transport
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access regexp:{folder}/recipients
smtpd_peername_lookup = no
smtpd_error_sleep_time = 0
smtpd_client_connection_rate_limit = 0
smtputf8_enable = yes
smtpd_tls_cert_file = {certificate.certificate_file}
smtpd_tls_key_file = {certificate.key_file}
smtpd_tls_security_level = may
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:{dovecot.host}:{dovecot.sasl_port}
smtpd_sasl_tls_security_options = noanonymous
minimal_backoff_time = 1s
queue_run_delay = 1s
"""

_LOGIN = "-o smtpd_sasl_auth_enable=yes -o smtpd_relay_restrictions=permit_sasl_authenticated,reject"

_MASTER = f"""\
{{host}}:{{smtp_port}} inet n - n - - smtpd
{{host}}:{{submission_port}} inet n - n - - smtpd -o smtpd_tls_security_level=encrypt {_LOGIN}
{{host}}:{{smtps_port}} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes {_LOGIN}
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
error unix - - n - - error
full unix - n n - - pipe user=nobody argv=/bin/sh -c {{{{echo 5.2.2 the mailbox is full; exit 69}}}}
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
showq unix n - n - - showq
postlog unix-dgram n - n - 1 postlogd
"""

_RECIPIENTS = """\
/^unknown(\\+[^@]*)?@/ 550 5.1.1 no such user here
/^later(\\+[^@]*)?@/ 450 4.2.0 greylisted, try again later
"""

_TRANSPORT = """\
/^full(\\+[^@]*)?@/ full:
"""


# What `postfix check` would make, two seconds slower: all the queue's folders, and who may look into them.
_QUEUE = dict.fromkeys(
    ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace"),
    ("postfix", "root", 0o700),
) | {
    "maildrop": ("postfix", "postdrop", 0o1730),
    "pid": ("root", "root", 0o755),
    "public": ("postfix", "postdrop", 0o2710),
}


@dataclass(frozen=True)
class Mailworld:
    """A running Postfix that delivers into Dovecot; every address at DOMAINS is a mailbox.

    `smtp_port` takes mail from anybody, offering STARTTLS; `submission_port` demands STARTTLS and a login,
    `smtps_port` a login over TLS. Users and password are Dovecot's.
    """

    folder: Path
    dovecot: Dovecot
    ca_file: Path
    host: str = HOST
    smtp_port: int = field(default_factory=free_port)
    submission_port: int = field(default_factory=free_port)
    smtps_port: int = field(default_factory=free_port)

    @property
    def password(self) -> str:
        return self.dovecot.password


@contextmanager
def running_mailworld(dovecot: Dovecot) -> Iterator[Mailworld]:
    """Start a Postfix in front of the Dovecot and stop it afterwards."""
    master = Path(program("master", "/usr/lib/postfix/sbin", "/usr/libexec/postfix"))
    if not running_as_root():
        missing("Postfix can only be started by root")
    with public_folder("postfix") as folder:
        certificate = issue(folder)
        world = Mailworld(folder, dovecot, certificate.ca_file)
        configuration = _configure(world, certificate, master.parent)
        # Not `postfix start`, whose master would outlive a test run that is cut off.
        command = [str(master), "-d", "-c", str(configuration)]
        with served(command, folder / "postfix.out", answers(world.smtp_port)):
            yield world


def _configure(world: Mailworld, certificate: Certificate, daemons: Path) -> Path:
    values = vars(world) | {"certificate": certificate, "domains": ", ".join(DOMAINS), "daemons": daemons}
    configuration, queue, data = world.folder / "etc", world.folder / "queue", world.folder / "data"
    for folder in (configuration, queue, data):
        folder.mkdir()
    shutil.chown(data, "postfix")
    for name, (user, group, mode) in _QUEUE.items():
        (queue / name).mkdir()
        shutil.chown(queue / name, user, group)
        (queue / name).chmod(mode)
    settings = configuration / "main.cf"
    settings.write_text(_MAIN.format_map(values))
    # A file as young as this might still be written to, and Postfix waits until it is a few seconds old.
    os.utime(settings, (0, 0))
    (configuration / "master.cf").write_text(_MASTER.format_map(values))
    (world.folder / "recipients").write_text(_RECIPIENTS)
    (world.folder / "transport").write_text(_TRANSPORT)
    return configuration
