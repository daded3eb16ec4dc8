"""Settings come from the file, variables and secret files; what cannot be meant is said in one line."""

import os
from pathlib import Path

import pytest

from mailbot.cli import main
from mailbot.core.identity import Level
from mailbot.core.kinds import Kind
from mailbot.core.policy import Hands
from mailbot.errors import SettingsError
from mailbot.settings import Mode, load_settings


@pytest.fixture(autouse=True)
def empty_folder(tmp_path, monkeypatch):
    """A folder without a settings file, and an environment without settings."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(text):
    path = Path("mailbot.toml")
    path.write_text(text, encoding="utf-8")
    return path


def refused(match, text=""):
    written(text)
    with pytest.raises(SettingsError, match=match) as error:
        load_settings()
    assert "\n" not in str(error.value)
    return str(error.value)


def test_without_any_settings_the_defaults_hold():
    settings = load_settings()
    assert (settings.mode, settings.imap.port, settings.policy.undo_seconds) == (Mode.LIVE, 993, 30)


def test_the_file_in_the_folder_is_read():
    written('address = "dataskydd@winlas.se"\n[imap]\nhost = "mail.winlas.se"\nport = 143\n')
    settings = load_settings()
    assert (settings.address, settings.imap.host, settings.imap.port) == ("dataskydd@winlas.se", "mail.winlas.se", 143)


def test_a_file_written_on_windows_is_read():
    Path("mailbot.toml").write_bytes(b'\xef\xbb\xbfmode = "shadow"\r\n')
    assert load_settings().mode is Mode.SHADOW


def test_a_file_is_named_by_argument_or_variable(monkeypatch):
    Path("other.toml").write_text('mode = "shadow"')
    assert load_settings(Path("other.toml")).mode is Mode.SHADOW
    monkeypatch.setenv("MAILBOT_CONFIG", "other.toml")
    assert load_settings().mode is Mode.SHADOW


def test_a_variable_wins_over_the_file_and_leaves_the_rest_of_its_section(monkeypatch):
    written('[imap]\nhost = "file"\nport = 143\n')
    monkeypatch.setenv("MAILBOT_IMAP__HOST", "variable")
    settings = load_settings()
    assert (settings.imap.host, settings.imap.port) == ("variable", 143)


def test_a_secret_file_wins_over_the_file_and_a_variable_over_both(monkeypatch):
    written('[imap]\npassword = "toml"\n')
    Path("secret").write_text("hemligt\nnot this\n")
    monkeypatch.setenv("MAILBOT_IMAP__PASSWORD_FILE", "secret")
    assert load_settings().imap.password.get_secret_value() == "hemligt"
    monkeypatch.setenv("MAILBOT_IMAP__PASSWORD", "variable")
    assert load_settings().imap.password.get_secret_value() == "variable"


@pytest.mark.parametrize("name", ["SECRET", "DATABASE__URL", "SMTP__PASSWORD", "OAUTH2__CLIENT_SECRET"])
def test_every_secret_can_be_given_by_a_file(monkeypatch, name):
    Path("secret").write_text("sqlite:///hemligt\n")
    monkeypatch.setenv(f"MAILBOT_{name}_FILE", "secret")
    settings = load_settings()
    for part in name.lower().split("__"):
        settings = getattr(settings, part)
    assert settings.get_secret_value() == "sqlite:///hemligt"


def test_a_setting_whose_own_name_ends_with_file_is_no_secret_file(monkeypatch):
    monkeypatch.setenv("MAILBOT_IMAP__CA_FILE", "/etc/ca.pem")
    assert load_settings().imap.ca_file == Path("/etc/ca.pem")


@pytest.mark.parametrize(
    "text", ["mx.winlas.se, mx2.winlas.se", "mx.winlas.se,mx2.winlas.se,", '["mx.winlas.se", "mx2.winlas.se"]']
)
def test_a_list_in_a_variable_is_written_with_commas_or_as_json(monkeypatch, text):
    monkeypatch.setenv("MAILBOT_TRUSTED_AUTHSERV_IDS", text)
    assert load_settings().trusted_authserv_ids == ("mx.winlas.se", "mx2.winlas.se")


@pytest.mark.parametrize(("text", "expected"), [('["a@b.se"]', ("a@b.se",)), ('"a@b.se"', ("a@b.se",)), ("[]", ())])
def test_a_list_in_the_file(text, expected):
    written(f"own_addresses = {text}")
    assert load_settings().own_addresses == expected


def test_an_empty_variable_is_an_empty_list(monkeypatch):
    monkeypatch.setenv("MAILBOT_OWN_ADDRESSES", "")
    assert load_settings().own_addresses == ()


def test_a_rule_of_the_policy_in_the_file():
    written('[policy.rules.erasure]\nlevel = "vouched"\nhands = "program"\n')
    rule = load_settings().policy.rule(Kind.ERASURE)
    assert (rule.needed, rule.hands) == (Level.VOUCHED, Hands.PROGRAM)


def test_a_rule_of_the_policy_in_variables(monkeypatch):
    monkeypatch.setenv("MAILBOT_POLICY__RULES__ACCESS__LEVEL", "authenticated")
    monkeypatch.setenv("MAILBOT_POLICY__RULES__ACCESS__HANDS", "officer")
    rule = load_settings().policy.rule(Kind.ACCESS)
    assert (rule.needed, rule.hands) == (Level.AUTHENTICATED, Hands.OFFICER)


def test_the_database_lies_in_the_data_folder_unless_it_is_named(monkeypatch):
    written('data_dir = "/var/lib/mailbot"')
    assert load_settings().database_url == "sqlite:////var/lib/mailbot/mailbot.db"
    monkeypatch.setenv("MAILBOT_DATABASE__URL", "postgresql://host/mailbot")
    assert load_settings().database_url == "postgresql://host/mailbot"


@pytest.mark.parametrize(
    "variable", ["MAILBOT_SERVICE_HOST", "MAILBOT_SERVICE_PORT_HTTP", "MAILBOT_PORT_8080_TCP_ADDR"]
)
def test_what_kubernetes_says_of_a_service_called_mailbot_is_passed_over(monkeypatch, variable):
    monkeypatch.setenv(variable, "tcp://10.0.0.1:8080")
    load_settings()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('adress = "x"', "adress"),
        ('[imap]\nhots = "x"', "imap.hots"),
        ('[impa]\nhost = "x"', "impa"),
        ("[policy]\nundo = 3", "policy.undo"),
        ('[policy.rules.erasure]\nlevel = "proven"\nhands = "officer"\nwho = "eva"', "policy.rules.erasure.who"),
    ],
)
def test_an_unknown_name_in_the_file_is_named(text, name):
    assert refused("no such setting", text) == f"mailbot.toml: {name}: no such setting; docs/settings.md lists them all"


@pytest.mark.parametrize(
    "variable",
    ["MAILBOT_ADRESS", "MAILBOT_IMAP__HOTS", "MAILBOT_IMAP", "MAILBOT_IMAP__HOST__X", "MAILBOT_IMAP__HOTS_FILE"],
)
def test_an_unknown_variable_is_named(monkeypatch, variable):
    monkeypatch.setenv(variable, "x")
    assert refused("no such setting").startswith(f"{variable}: ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[imap]\nport = 99999", r"mailbot\.toml: imap\.port: .* less than or equal to 65535"),
        ('mode = "dead"', r"mailbot\.toml: mode: .*'live' or 'shadow'"),
        ('imap = "x"', r"mailbot\.toml: imap: "),
        ('[policy.rules.erasure]\nlevel = "provn"\nhands = "officer"', r"policy\.rules\.erasure\.level: .*'proven'"),
        ('[policy.rules.erasure]\nlevel = "proven"', r"mailbot\.toml: policy\.rules\.erasure\.hands: Field required"),
        ('[policy.rules.other]\nlevel = "proven"\nhands = "officer"', r"policy\.rules: other is no right"),
        ('[policy.rules.erasre]\nlevel = "proven"\nhands = "officer"', r"policy\.rules\.erasre: "),
        ("mode =", r"^mailbot\.toml: not valid TOML: "),
    ],
)
def test_a_wrong_value_in_the_file_is_named(text, message):
    refused(message, text)


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("MAILBOT_IMAP__PORT", "abc", r"^MAILBOT_IMAP__PORT: imap\.port: "),
        ("mailbot_imap__port", "abc", r"^mailbot_imap__port: imap\.port: "),
        ("MAILBOT_TRUSTED_AUTHSERV_IDS", "[a, b", r"^MAILBOT_TRUSTED_AUTHSERV_IDS: trusted_authserv_ids: "),
        ("MAILBOT_POLICY__RULES", "{", r"^MAILBOT_POLICY__RULES: not valid JSON"),
        (
            "MAILBOT_POLICY__RULES__ERASURE__HANDS",
            "officer",
            r"^MAILBOT_POLICY__RULES__ERASURE__HANDS: .*level: Field req",
        ),
        ("MAILBOT_IMAP__PASSWORD_FILE", "gone", r"^MAILBOT_IMAP__PASSWORD_FILE: the file that it names cannot be read"),
    ],
)
def test_a_wrong_value_in_a_variable_is_named_by_the_variable(monkeypatch, variable, value, message):
    monkeypatch.setenv(variable, value)
    refused(message)


def test_a_secret_of_the_wrong_sort_is_not_repeated():
    assert "hemligt" not in refused(r"imap\.password", '[imap]\npassword = ["hemligt"]')


def test_secrets_do_not_show_when_settings_are_printed(monkeypatch):
    for name in ("SECRET", "IMAP__PASSWORD", "SMTP__PASSWORD", "OAUTH2__CLIENT_SECRET", "DATABASE__URL"):
        monkeypatch.setenv(f"MAILBOT_{name}", "hemligt")
    assert "hemligt" not in repr(load_settings())


def test_a_file_that_is_not_there_is_named():
    with pytest.raises(SettingsError, match=r"^gone\.toml: no such settings file$"):
        load_settings(Path("gone.toml"))


def test_wrong_settings_end_a_command_with_one_line_and_exit_code_2(capsys):
    written('adress = "x"')
    assert main(["queue"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "mailbot: mailbot.toml: adress: no such setting; docs/settings.md lists them all\n"


def test_the_tests_see_no_settings_of_the_developers_own():
    assert not [name for name in os.environ if name.startswith("MAILBOT_")]
