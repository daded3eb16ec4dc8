"""The mailbox on a real Dovecot: nothing is marked as read, nobody's mail expunged, no mail slept through."""

import imaplib
import socket
import ssl
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from mailbot.errors import MailbotError, SettingsError
from mailbot.mail import imap
from mailbot.mail.errors import (
    AuthorityUnreadable,
    CertificateRefused,
    CommandRefused,
    ConnectionLost,
    EncryptionMissing,
    FolderMissing,
    LoginRefused,
    PlainTextRefused,
    ServerUnreachable,
)
from mailbot.mail.imap import open_mailbox

RAW = "From: Kim <kim@kund.example>\r\nSubject: Hej\r\n\r\nRätta mig. {}\r\n"
NOBODY_STOPS = threading.Event()


@pytest.fixture
def address(dovecot):
    return dovecot.new_user()


@pytest.fixture
def mailbox(dovecot, address):
    with opened(dovecot, address) as box:
        yield box


@contextmanager
def opened(dovecot, address, **how):
    how = {"security": "none", "port": dovecot.imap_port, "host": dovecot.host, "credential": dovecot.password} | how
    with open_mailbox(user=address, **how) as box:
        yield box


@contextmanager
def another_client(dovecot, address, folder="INBOX"):
    with imaplib.IMAP4(dovecot.host, dovecot.imap_port, timeout=30) as client:
        client.login(address, dovecot.password)
        client.select(f'"{folder}"')
        yield client


def deliver(dovecot, address, count=1):
    for number in range(count):
        dovecot.deliver(address, RAW.format(number).encode())


def flags(client, uid):
    return client.uid("FETCH", str(uid), "(FLAGS)")[1][0]


def test_mails_are_listed_with_size_and_arrival_and_fetched_byte_for_byte(dovecot, address, mailbox):
    deliver(dovecot, address, 3)
    uids = mailbox.uids()
    listed = mailbox.envelopes(uids)

    assert [mail.uid for mail in listed] == uids == [1, 2, 3]
    assert all(abs(mail.received_at - datetime.now(UTC)) < timedelta(minutes=2) for mail in listed)
    raw = [mailbox.fetch(uid) for uid in uids]
    assert raw == dovecot.messages(address)
    assert [len(mail) for mail in raw] == [mail.size for mail in listed]


def test_nothing_is_ever_marked_as_read(dovecot, address, mailbox):
    deliver(dovecot, address)
    assert mailbox.uids() == [1]
    mailbox.fetch(1)
    mailbox.envelopes([1])

    with another_client(dovecot, address) as client:
        assert b"Seen" not in flags(client, 1)
    mailbox.move([1], "Hanterade")
    with another_client(dovecot, address, "Hanterade") as client:
        assert b"Seen" not in flags(client, 1)


def test_mail_that_is_gone_is_no_error(dovecot, address, mailbox):
    deliver(dovecot, address, 2)
    assert mailbox.uids() == [1, 2]
    mailbox.move([1], "Hanterade")
    mailbox.move([1], "Hanterade")

    assert mailbox.fetch(1) is None
    assert mailbox.envelopes([1, 2, 99])[0].uid == 2
    assert mailbox.envelopes([]) == []
    assert len(dovecot.messages(address, "Hanterade")) == 1


@pytest.fixture(params=["with-move", "without-move", "without-uidplus"])
def able(request, mailbox):
    """The mailbox on a server that can do what is said."""
    missing = {"with-move": (), "without-move": ("MOVE",), "without-uidplus": ("MOVE", "UIDPLUS")}[request.param]
    mailbox._capabilities -= set(missing)
    return mailbox


def test_moving_leaves_mails_that_others_marked_as_deleted(dovecot, address, able):
    deliver(dovecot, address, 3)
    assert able.uids() == [1, 2, 3]
    with another_client(dovecot, address) as client:
        client.uid("STORE", "1", "+FLAGS", r"(\Deleted)")

    able.move([2], "Hanterade")

    assert len(dovecot.messages(address, "Hanterade")) == 1
    assert {1, 3} <= set(able.uids())
    with another_client(dovecot, address) as client:
        assert rb"\Deleted" not in flags(client, 3)
    # Without UID EXPUNGE the mail stays marked, rather than a plain EXPUNGE taking others' mails along.
    assert (2 in able.uids()) == ("UIDPLUS" not in able._capabilities)


def test_capabilities_are_those_after_the_login(mailbox):
    assert {"MOVE", "UIDPLUS", "IDLE"} <= mailbox._capabilities


def test_folders_are_made_on_demand_with_the_servers_delimiter_and_letters(dovecot, address, mailbox):
    deliver(dovecot, address, 2)
    assert mailbox.uids() == [1, 2]
    mailbox.move([1], "Dataskydd/Till handläggare")
    with opened(dovecot, address) as later:
        later.move([2], "Dataskydd/Till handläggare")

    with another_client(dovecot, address) as client:
        listed = b" ".join(client.list()[1])
        assert b'"Dataskydd.Till handl&AOQ-ggare"' in listed
        assert b'"Dataskydd.Till handl&AOQ-ggare"' in b" ".join(client.lsub()[1])
    with opened(dovecot, address, folder="Dataskydd.Till handläggare") as filed:
        assert filed.uids() == [1, 2]


def test_folders_lie_in_the_accounts_own_namespace(mailbox):
    mailbox._prefix = "INBOX."

    assert mailbox._path("Dataskydd/Hanterade") == "INBOX.Dataskydd.Hanterade"
    assert mailbox._path("INBOX/Hanterade") == "INBOX.Hanterade"


def test_uidvalidity_changes_when_the_folder_is_made_anew(dovecot, address, mailbox):
    deliver(dovecot, address)
    assert mailbox.uids() == [1]
    mailbox.move([1], "Arkiv")
    with opened(dovecot, address, folder="Arkiv") as archive:
        before = archive.uidvalidity()
    with another_client(dovecot, address) as client:
        client.delete("Arkiv")
        time.sleep(1.1)  # Dovecot takes the second as UIDVALIDITY
        client.create("Arkiv")
    with opened(dovecot, address, folder="Arkiv") as archive:
        assert archive.uidvalidity() != before


def test_what_the_server_refuses_leaves_the_mailbox_usable(dovecot, address, mailbox):
    deliver(dovecot, address)
    assert mailbox.uids() == [1]
    mailbox._made.add("Finns.ej")

    with pytest.raises(CommandRefused, match="UID MOVE") as refused:
        mailbox.move([1], "Finns/ej")

    assert "Finns" not in str(refused.value)
    assert mailbox.uids() == [1]


@pytest.mark.parametrize("uids", [[1], [1, 2, 3, 5, 7, 8], [3, 1, 2, 2], list(range(1, 1200)), list(range(1, 3000, 2))])
def test_sets_name_each_mail_once_in_short_commands(uids):
    sets = imap._sets(uids)
    named = []
    for part in ",".join(sets).split(","):
        first, _, last = part.partition(":")
        named += range(int(first), int(last or first) + 1)

    assert named == sorted(set(uids))
    assert max(map(len, sets)) < 4000


def waited(mailbox, seconds, stop=NOBODY_STOPS):
    start = time.monotonic()
    mailbox.wait(seconds, stop)
    return time.monotonic() - start


def test_mail_that_comes_while_waiting_ends_the_wait(dovecot, address, mailbox):
    threading.Timer(0.5, deliver, (dovecot, address)).start()

    assert waited(mailbox, 20) < 10
    assert mailbox.uids() == [1]


def test_mail_that_came_just_before_is_not_slept_through(dovecot, address, mailbox, monkeypatch):
    assert mailbox.uids() == []
    deliver(dovecot, address)
    monkeypatch.setattr(imap, "PromptIdle", None)  # as with servers that tell in IDLE of later mails only

    assert waited(mailbox, 20) < 10


def test_mail_that_comes_between_looking_and_waiting_is_not_slept_through(dovecot, address, mailbox, monkeypatch):
    deliver(dovecot, address)
    monkeypatch.setattr(mailbox, "_has_news", lambda: False)

    assert waited(mailbox, 20) < 10


def test_silence_lasts_as_long_as_it_was_asked_for_and_the_mailbox_goes_on(dovecot, address, mailbox):
    assert 1 <= waited(mailbox, 1) < 5
    deliver(dovecot, address)
    assert mailbox.uids() == [1]


def test_stop_signal_ends_the_wait(mailbox):
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()

    assert waited(mailbox, 20, stop) < 5


def test_without_idle_the_time_is_waited_out_so_that_the_caller_polls(dovecot, address, mailbox):
    mailbox._capabilities -= {"IDLE"}
    deliver(dovecot, address)

    assert 0.5 <= waited(mailbox, 0.5) < 5
    assert mailbox.uids() == [1]


def test_server_that_hangs_up_while_waiting_is_a_lost_connection(mailbox):
    threading.Timer(0.3, mailbox._box.client.sock.shutdown, (socket.SHUT_RDWR,)).start()

    with pytest.raises(ConnectionLost):
        mailbox.wait(20, NOBODY_STOPS)


def test_every_command_on_a_broken_connection_is_a_lost_connection(mailbox):
    mailbox._box.client.sock.shutdown(socket.SHUT_RDWR)

    for command in (mailbox.uids, mailbox.uidvalidity, lambda: mailbox.fetch(1), lambda: mailbox.move([1], "X")):
        with pytest.raises(ConnectionLost):
            command()


def refused_by(dovecot, error, **how):
    with pytest.raises(error) as refused, opened(dovecot, how.pop("user", "kim@winlas.se"), **how):
        pass
    line = str(refused.value)
    assert "\n" not in line
    assert dovecot.password not in line
    assert "kim" not in line
    return line


def test_wrong_password_names_the_settings_to_look_at(dovecot):
    line = refused_by(dovecot, LoginRefused, credential="wrong-secret")

    assert "imap.password" in line
    assert "wrong-secret" not in line


def test_token_that_the_server_does_not_take_is_a_refused_login(dovecot):
    assert "imap.auth" in refused_by(dovecot, LoginRefused, credential=lambda: "a-token")


def test_password_with_swedish_letters_can_be_sent(dovecot):
    refused_by(dovecot, LoginRefused, credential="löwenfjäll")


def test_account_that_is_unavailable_for_now_is_no_refused_login(dovecot):
    lines = (b"* OK [CAPABILITY IMAP4rev1] hej", b"* CAPABILITY IMAP4rev1\r\nA0 OK done", b"A1 NO [UNAVAILABLE] later")
    with tagged_server(*lines) as port:
        assert f":{port}" in refused_by(dovecot, ServerUnreachable, port=port)


@contextmanager
def tagged_server(greeting, *answers):
    """A server that answers each command by the next of the answers, under the command's own tag."""

    def serve():
        with listener.accept()[0] as connection, connection.makefile("rwb") as stream:
            stream.write(greeting + b"\r\n")
            stream.flush()
            for answer in answers:
                tag = stream.readline().split(b" ")[0]
                untagged, _, tagged = answer.rpartition(b"\r\n")
                stream.write(b"\r\n".join(filter(None, (untagged, tag + tagged[tagged.index(b" ") :]))) + b"\r\n")
                stream.flush()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(5)


def test_server_that_hangs_up_at_the_login_is_unreachable(dovecot):
    with tagged_server(b"* OK hej", b"* CAPABILITY IMAP4rev1\r\nA0 OK done") as port:
        refused_by(dovecot, ServerUnreachable, port=port)


def test_missing_folder_is_named_by_its_setting(dovecot):
    assert refused_by(dovecot, FolderMissing, folder="Finns ej").startswith("imap.folder:")


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_server_that_is_not_there_is_unreachable(dovecot, security):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    line = refused_by(dovecot, ServerUnreachable, port=port, security=security)

    assert f"127.0.0.1:{port}" in line
    assert "imap.port" in line


def test_port_that_speaks_no_tls_is_unreachable(dovecot):
    assert "imap.security" in refused_by(dovecot, ServerUnreachable, security="tls")


@pytest.mark.parametrize(("security", "port"), [("tls", "imaps_port"), ("starttls", "imap_port")])
def test_certificate_is_verified_against_the_given_authority(dovecot, address, security, port):
    with opened(dovecot, address, security=security, port=getattr(dovecot, port), ca_file=dovecot.ca_file) as mailbox:
        assert isinstance(mailbox._box.client.sock, ssl.SSLSocket)
        deliver(dovecot, address)
        assert waited(mailbox, 20) < 10
        assert mailbox.fetch(mailbox.uids()[0])
        assert 1 <= waited(mailbox, 1) < 5


@pytest.mark.parametrize(("security", "port"), [("tls", "imaps_port"), ("starttls", "imap_port")])
def test_certificate_of_an_unknown_authority_is_refused(dovecot, security, port):
    line = refused_by(dovecot, CertificateRefused, security=security, port=getattr(dovecot, port))

    assert "imap.ca_file" in line


def test_certificate_of_another_host_is_refused(dovecot):
    how = {"security": "tls", "port": dovecot.imaps_port, "ca_file": dovecot.ca_file, "host": "127.1"}

    assert "imap.host" in refused_by(dovecot, CertificateRefused, **how)


def test_server_without_starttls_is_refused(dovecot):
    with tagged_server(b"* OK hej", b"* CAPABILITY IMAP4rev1\r\nA0 OK done") as port:
        assert "STARTTLS" in refused_by(dovecot, EncryptionMissing, security="starttls", port=port)


@pytest.mark.parametrize("host", ["192.0.2.1", "mail.winlas.se"])
def test_plain_text_never_leaves_the_machine(dovecot, host):
    assert "imap.security" in refused_by(dovecot, PlainTextRefused, host=host)


def test_unreadable_authorities_are_a_mistake_in_the_settings(dovecot, tmp_path):
    (tmp_path / "ca.pem").write_text("nonsense")

    for name in ("ca.pem", "missing.pem"):
        line = refused_by(dovecot, AuthorityUnreadable, security="tls", ca_file=tmp_path / name)
        assert name in line
    assert issubclass(AuthorityUnreadable, SettingsError)


@pytest.mark.parametrize(
    ("error", "standard"),
    [
        (ConnectionLost, ConnectionError),
        (ServerUnreachable, ConnectionError),
        (CertificateRefused, ConnectionError),
        (LoginRefused, PermissionError),
        (PlainTextRefused, ValueError),
    ],
)
def test_errors_are_the_programs_and_the_standard_librarys(error, standard):
    assert issubclass(error, MailbotError)
    assert issubclass(error, standard)
