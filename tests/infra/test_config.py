"""The environment: what is accepted, what is refused, and with which sentence."""

import base64
from collections.abc import Mapping

import pytest

from embedded_app.config import Config, ConfigError
from embedded_app.mail import MailServer

COMPLETE = {
    "DATABASE_URL": "postgres://alice:secret-word@db.example/books",
    "APP_URL": "https://crossfoot.example/",
    "SECRET_KEY": "s" * 32,
    "TOKEN_KEYS": base64.urlsafe_b64encode(bytes(32)).decode(),
    "SHOPIFY_API_KEY": "shopify-client-id",
    "SHOPIFY_API_SECRET": "shopify-secret",
    "XERO_CLIENT_ID": "xero-client-id",
    "XERO_CLIENT_SECRET": "xero-secret",
}


def problems(environ: Mapping[str, str]) -> str:
    with pytest.raises(ConfigError) as refusal:
        Config.from_environment(environ)
    return "\n".join(refusal.value.problems)


def test_it_reads_a_complete_environment_and_fills_in_the_platforms_addresses() -> None:
    config = Config.from_environment({**COMPLETE, "HOME": "/home/alice"})

    assert config.app_url == "https://crossfoot.example"
    assert config.xero_api_url == "https://api.xero.com"
    assert config.admin_origin("alice.myshopify.com") == "https://alice.myshopify.com"
    assert config.app_in_admin("alice.myshopify.com") == "https://admin.shopify.com/store/alice/apps/crossfoot"
    assert (config.shopify_api_version, config.port) == ("2026-10", 8000)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_it_gives_both_libraries_their_form_of_the_database_address(scheme: str) -> None:
    config = Config.from_environment({**COMPLETE, "DATABASE_URL": f"{scheme}://alice@db.example/books"})

    assert config.sqlalchemy_url == "postgresql+psycopg://alice@db.example/books"
    assert config.libpq_url == "postgresql://alice@db.example/books"


@pytest.mark.parametrize("name", sorted(COMPLETE))
def test_it_names_each_variable_that_is_missing_or_empty(name: str) -> None:
    assert f"{name} is missing" in problems({key: value for key, value in COMPLETE.items() if key != name})
    assert f"{name} is missing" in problems({**COMPLETE, name: " "})


def test_it_lists_all_faults_at_once() -> None:
    assert problems({}).count(" is missing") == len(COMPLETE)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://db.example/books"),
        ("APP_URL", "crossfoot.example"),
        ("SHOPIFY_WEBHOOKS", "yes"),
        ("APP_URL", "https://crossfoot.example/path"),
        ("APP_URL", "https://crossfoot.example:port"),
        ("SECRET_KEY", "short"),
        ("TOKEN_KEYS", "no-fernet-key"),
        ("TOKEN_KEYS", COMPLETE["TOKEN_KEYS"] + ",ключ"),
        ("SHOPIFY_API_VERSION", "2026-11"),
        ("SHOPIFY_ADMIN_ORIGIN", "https://{store}"),
        ("SHOPIFY_ADMIN_URL", "https://admin.shopify.com/store"),
        ("SHOPIFY_APP_BRIDGE_URL", "https://cdn.example/bridge.js'; script-src *"),
        ("SHOPIFY_APP_BRIDGE_URL", "//cdn.example/bridge.js"),
        ("SHOPIFY_APP_HANDLE", "Cross foot"),
        ("XERO_API_URL", "ftp://api.xero.example"),
        ("XERO_LOGIN_URL", "https://user@login.example"),
        ("PORT", "70000"),
        ("PORT", "²"),
    ],
)
def test_it_refuses_a_malformed_value_by_its_name(name: str, value: str) -> None:
    assert problems({**COMPLETE, name: value}).startswith(name)


def test_it_refuses_a_misspelt_setting_and_names_the_one_meant() -> None:
    sentence = problems({**COMPLETE, "XERO_CLIENTID": "x"})

    assert sentence == "XERO_CLIENTID is not a setting of Crossfoot; did you mean XERO_CLIENT_ID?"


def test_without_a_database_it_offers_the_private_one_only_to_an_app_on_this_machine() -> None:
    without = {key: value for key, value in COMPLETE.items() if key != "DATABASE_URL"}

    assert "database start" in problems({**without, "APP_URL": "http://127.0.0.1:8000"})
    assert "give a PostgreSQL address" in problems(without)


@pytest.mark.parametrize("path", ["", "/alice.myshopify.com"])
def test_the_origins_may_point_to_a_double_on_this_machine(path: str) -> None:
    template = "http://127.0.0.1:9001" + path.replace("alice.myshopify.com", "{shop}")
    config = Config.from_environment({**COMPLETE, "SHOPIFY_ADMIN_ORIGIN": template, "XERO_API_URL": template[:21]})

    assert config.admin_origin("alice.myshopify.com") == config.xero_api_url + path


def test_both_secrets_are_accepted_while_one_is_rotated() -> None:
    assert Config.from_environment(COMPLETE).shopify_secrets == ("shopify-secret",)

    rotating = Config.from_environment({**COMPLETE, "SHOPIFY_API_SECRET_PREVIOUS": "older"})
    assert rotating.shopify_secrets == ("shopify-secret", "older")


def test_no_secret_shows_in_its_repr() -> None:
    shown = repr(Config.from_environment(COMPLETE))

    assert "shopify-client-id" in shown
    for secret in ("secret-word", "shopify-secret", "xero-secret", "s" * 32, COMPLETE["TOKEN_KEYS"]):
        assert secret not in shown


def test_it_reads_who_takes_mail_and_where_that_is_encrypted() -> None:
    with_name = {"SMTP_URL": "smtp://crossfoot:p%40ss@mail.example", "SMTP_FROM": "crossfoot@books.example"}

    mail = Config.from_environment({**COMPLETE, **with_name}).mail

    assert mail is not None
    assert mail == MailServer(
        host="mail.example", port=587, tls=False, sender="crossfoot@books.example", user="crossfoot", password="p@ss"
    )
    assert (mail.is_local, mail.domain, "p@ss" in repr(mail)) == (False, "books.example", False)
    tls = Config.from_environment({**COMPLETE, **with_name, "SMTP_URL": "smtps://mail.example"}).mail
    assert tls is not None and (tls.tls, tls.port) == (True, 465)
    assert Config.from_environment({**COMPLETE, "SMTP_FROM": "crossfoot@books.example"}).mail is None


@pytest.mark.parametrize(
    ("url", "sender", "sentence"),
    [
        ("mail.example", "a@b.example", "SMTP_URL is not the address of a mail server"),
        ("https://mail.example", "a@b.example", "SMTP_URL is not the address of a mail server"),
        ("smtp://mail.example:port", "a@b.example", "SMTP_URL is not the address of a mail server"),
        ("smtp://mail.example/path", "a@b.example", "SMTP_URL is not the address of a mail server"),
        ("smtp://crossfoot@mail.example", "a@b.example", "SMTP_URL names a user or a password without the other"),
        ("smtp://mail.example", "", "SMTP_FROM is missing"),
        ("smtp://mail.example", "Crossfoot", "SMTP_FROM is not an e-mail address"),
    ],
)
def test_it_says_how_to_name_a_mail_server(url: str, sender: str, sentence: str) -> None:
    assert sentence in problems({**COMPLETE, "SMTP_URL": url, "SMTP_FROM": sender})
