"""The environment, read once into a frozen Config and checked in full before anything starts.

Every fault is collected, so that one start shows all that is missing. Variables with the prefixes of the platforms that
Crossfoot does not know are refused: a misspelt name must not pass for an absent one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from urllib.parse import urlsplit

from cryptography.fernet import Fernet

from embedded_app.mail import LOOPBACK_HOSTS, MailServer, mail_server

SETTINGS = (
    "DATABASE_URL",
    "APP_URL",
    "SECRET_KEY",
    "TOKEN_KEYS",
    "SHOPIFY_API_KEY",
    "SHOPIFY_API_SECRET",
    "SHOPIFY_API_SECRET_PREVIOUS",
    "SHOPIFY_API_VERSION",
    "SHOPIFY_ADMIN_ORIGIN",
    "SHOPIFY_ADMIN_URL",
    "SHOPIFY_WEBHOOKS",
    "SHOPIFY_APP_BRIDGE_URL",
    "SHOPIFY_APP_HANDLE",
    "XERO_CLIENT_ID",
    "XERO_CLIENT_SECRET",
    "XERO_API_URL",
    "XERO_IDENTITY_URL",
    "XERO_LOGIN_URL",
    "METRICS_TOKEN",
    "SMTP_URL",
    "SMTP_FROM",
    "PORT",
)
OUR_PREFIXES = ("SHOPIFY_", "XERO_", "SMTP_")
SECRET_KEY_CHARACTERS = 32
METRICS_TOKEN_CHARACTERS = 16

SHOPIFY_API_VERSION = "2026-10"
SHOPIFY_ADMIN_ORIGIN = "https://{shop}"
SHOPIFY_WEBHOOKS = ("toml", "api")  # the default first
SHOPIFY_ADMIN_URL = "https://admin.shopify.com"
SHOPIFY_APP_BRIDGE_URL = "https://cdn.shopify.com/shopifycloud/app-bridge.js"
SHOPIFY_APP_HANDLE = "crossfoot"
XERO_API_URL = "https://api.xero.com"
XERO_IDENTITY_URL = "https://identity.xero.com"
XERO_LOGIN_URL = "https://login.xero.com"
PORT = 8000

_DATABASE_SCHEMES = re.compile(r"^(postgres|postgresql|postgresql\+psycopg)://")
_SCRIPT_PATH = re.compile(r"^/[A-Za-z0-9._/-]+\Z")
_APP_HANDLE = re.compile(r"^[a-z0-9][a-z0-9-]*\Z")
_SHOPIFY_VERSION = re.compile(r"^20\d\d-(01|04|07|10)$")


class ConfigError(Exception):
    """The environment cannot be used; `problems` holds one sentence for each fault."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(["Crossfoot cannot start with this environment.", *problems]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All settings of one running program; the secrets do not show in its repr."""

    database_url: str = field(repr=False)  # as given, with any of the three accepted schemes
    app_url: str  # where the store admin and Xero reach this app, without a trailing slash
    secret_key: str = field(repr=False)  # signs what this app hands to a browser
    token_keys: tuple[str, ...] = field(repr=False)  # Fernet keys, newest first: the first writes, all read
    shopify_api_key: str
    shopify_api_secret: str = field(repr=False)
    shopify_api_secret_previous: str | None = field(default=None, repr=False)  # accepted while a secret is rotated
    shopify_api_version: str = SHOPIFY_API_VERSION
    shopify_admin_origin: str = SHOPIFY_ADMIN_ORIGIN
    shopify_webhooks: str = SHOPIFY_WEBHOOKS[0]  # who subscribes: shopify.app.toml, or this app in each store
    shopify_admin_url: str = SHOPIFY_ADMIN_URL  # the admin in which people open the app
    shopify_app_bridge_url: str = SHOPIFY_APP_BRIDGE_URL  # the script that embedded pages load first
    shopify_app_handle: str = SHOPIFY_APP_HANDLE  # the app's name in the admin's addresses, as in shopify.app.toml
    xero_client_id: str
    xero_client_secret: str = field(repr=False)
    xero_api_url: str = XERO_API_URL
    xero_identity_url: str = XERO_IDENTITY_URL
    xero_login_url: str = XERO_LOGIN_URL
    metrics_token: str | None = field(default=None, repr=False)  # who sends it may read /metrics; None: nobody may
    mail: MailServer | None = None  # who takes our mail; None: nobody is told of anything by mail
    port: int = PORT

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Config":
        """The settings in `environ`.

        Raises ConfigError with one sentence for each variable that is missing, malformed or unknown.
        """
        reader = _Reader(environ)
        app_url = reader.origin("APP_URL", "the https address at which the store admin opens this app")
        config = cls(
            database_url=reader.database_url(app_url),
            app_url=app_url,
            secret_key=reader.secret_key(),
            token_keys=reader.token_keys(),
            shopify_api_key=reader.required("SHOPIFY_API_KEY", "the client id of the Shopify app"),
            shopify_api_secret=reader.required("SHOPIFY_API_SECRET", "the client secret of the Shopify app"),
            shopify_api_secret_previous=reader.optional("SHOPIFY_API_SECRET_PREVIOUS"),
            shopify_api_version=reader.shopify_api_version(SHOPIFY_API_VERSION),
            shopify_admin_origin=reader.admin_origin(SHOPIFY_ADMIN_ORIGIN),
            shopify_webhooks=reader.choice("SHOPIFY_WEBHOOKS", SHOPIFY_WEBHOOKS),
            shopify_admin_url=reader.origin("SHOPIFY_ADMIN_URL", "an address", SHOPIFY_ADMIN_URL),
            shopify_app_bridge_url=reader.script("SHOPIFY_APP_BRIDGE_URL", SHOPIFY_APP_BRIDGE_URL),
            shopify_app_handle=reader.app_handle(SHOPIFY_APP_HANDLE),
            xero_client_id=reader.required("XERO_CLIENT_ID", "the client id of the Xero app"),
            xero_client_secret=reader.required("XERO_CLIENT_SECRET", "the client secret of the Xero app"),
            xero_api_url=reader.origin("XERO_API_URL", "an address", XERO_API_URL),
            xero_identity_url=reader.origin("XERO_IDENTITY_URL", "an address", XERO_IDENTITY_URL),
            xero_login_url=reader.origin("XERO_LOGIN_URL", "an address", XERO_LOGIN_URL),
            metrics_token=reader.metrics_token(),
            mail=reader.mail(),
            port=reader.port(PORT),
        )
        reader.refuse_unknown_settings()
        if reader.problems:
            raise ConfigError(reader.problems)
        return config

    @property
    def sqlalchemy_url(self) -> str:
        """The database address as SQLAlchemy takes it, with psycopg 3 as its driver."""
        return _DATABASE_SCHEMES.sub("postgresql+psycopg://", self.database_url)

    @property
    def libpq_url(self) -> str:
        """The database address as psycopg and the PostgreSQL tools take it."""
        return _DATABASE_SCHEMES.sub("postgresql://", self.database_url)

    @property
    def shopify_secrets(self) -> tuple[str, ...]:
        """The secrets a webhook or session token may be signed with: the current one, then the previous one if any."""
        previous = self.shopify_api_secret_previous
        return (self.shopify_api_secret, previous) if previous else (self.shopify_api_secret,)

    def admin_origin(self, shop: str) -> str:
        """Scheme and host of one shop's Admin API; `shop` is a sanitised domain such as alice.myshopify.com."""
        return self.shopify_admin_origin.replace("{shop}", shop)

    def app_in_admin(self, shop: str) -> str:
        """Where the app stands in the admin of a shop, as Shopify's "Redirect to the admin" tells it."""
        handle = shop.removesuffix(".myshopify.com")
        return f"{self.shopify_admin_url}/store/{handle}/apps/{self.shopify_app_handle}"


class _Reader:
    """Reads one variable at a time and collects the faults instead of stopping at the first."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.problems: list[str] = []

    def optional(self, name: str) -> str | None:
        # Hosting panels write unset variables as empty ones, and pasted secrets often end in a line break.
        return self.environ.get(name, "").strip() or None

    def required(self, name: str, meaning: str) -> str:
        value = self.optional(name)
        if value is None:
            self.problems.append(f"{name} is missing: set it to {meaning}.")
        return value or ""

    def origin(self, name: str, meaning: str, default: str | None = None) -> str:
        value = self.optional(name) or default
        if value is None:
            return self.required(name, meaning)
        if not _is_origin(value):
            self.problems.append(f"{name} is not an address: give scheme and host only, like https://books.example.")
        return value.rstrip("/")

    def database_url(self, app_url: str) -> str:
        value = self.optional("DATABASE_URL")
        if value is None:
            remedy = "give a PostgreSQL address, like postgresql://user:password@host/database"
            if not app_url or urlsplit(app_url).hostname in LOOPBACK_HOSTS:
                remedy = "run `flask --app embedded_app database start` and the export line it prints"
            self.problems.append(f"DATABASE_URL is missing: {remedy}.")
        elif not _DATABASE_SCHEMES.match(value):
            self.problems.append("DATABASE_URL is not a PostgreSQL address: it must begin with postgresql://.")
        return value or ""

    def secret_key(self) -> str:
        how = 'take what `python3 -c "import secrets; print(secrets.token_hex(32))"` prints'
        value = self.optional("SECRET_KEY")
        if value is None:
            self.problems.append(f"SECRET_KEY is missing: {how}.")
        elif len(value) < SECRET_KEY_CHARACTERS:
            self.problems.append(f"SECRET_KEY is shorter than {SECRET_KEY_CHARACTERS} characters: {how}.")
        return value or ""

    def token_keys(self) -> tuple[str, ...]:
        how = (
            "take what `python3 -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'` "
            "prints, and put a newer key in front of an older one with a comma between them"
        )
        keys = tuple(key.strip() for key in (self.optional("TOKEN_KEYS") or "").split(",") if key.strip())
        if not keys:
            self.problems.append(f"TOKEN_KEYS is missing: {how}.")
        elif not all(_is_fernet_key(key) for key in keys):
            self.problems.append(f"TOKEN_KEYS holds a key of the wrong form: {how}.")
        return keys

    def shopify_api_version(self, default: str) -> str:
        value = self.optional("SHOPIFY_API_VERSION") or default
        if not _SHOPIFY_VERSION.match(value):
            self.problems.append(f"SHOPIFY_API_VERSION is not a version of the Admin API: give one like {default}.")
        return value

    def admin_origin(self, default: str) -> str:
        value = self.optional("SHOPIFY_ADMIN_ORIGIN") or default
        # The sandbox serves all its stores at one address: there the shop is a path, not a host.
        as_host = value.replace("://{shop}", "://shop.myshopify.com")
        if not _is_origin(as_host.removesuffix("/{shop}")):
            self.problems.append(f"SHOPIFY_ADMIN_ORIGIN is not an address: give one like {default}.")
        return value.rstrip("/")

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        value = self.optional(name) or choices[0]
        if value not in choices:
            self.problems.append(f"{name} must be one of: {', '.join(choices)}.")
        return value

    def script(self, name: str, default: str) -> str:
        value = self.optional(name) or default
        origin, path = split_origin(value)
        if not (_is_origin(origin) and _SCRIPT_PATH.match(path)):
            self.problems.append(f"{name} is not the address of a script: give one like {default}.")
        return value

    def app_handle(self, default: str) -> str:
        value = self.optional("SHOPIFY_APP_HANDLE") or default
        if not _APP_HANDLE.match(value):
            self.problems.append("SHOPIFY_APP_HANDLE is not a handle: give the one that shopify.app.toml names.")
        return value

    def metrics_token(self) -> str | None:
        value = self.optional("METRICS_TOKEN")
        if value is not None and len(value) < METRICS_TOKEN_CHARACTERS:
            how = 'take what `python3 -c "import secrets; print(secrets.token_hex(16))"` prints'
            self.problems.append(f"METRICS_TOKEN is shorter than {METRICS_TOKEN_CHARACTERS} characters: {how}.")
        return value

    def mail(self) -> MailServer | None:
        try:
            url = self.optional("SMTP_URL")
            return mail_server(url, self.optional("SMTP_FROM")) if url else None
        except ValueError as problem:
            self.problems.append(str(problem))
        return None

    def port(self, default: int) -> int:
        value = self.optional("PORT") or str(default)
        if not (value.isascii() and value.isdigit() and 0 < int(value) < 65536):
            self.problems.append("PORT is not a port: give a number from 1 to 65535.")
            return default
        return int(value)

    def refuse_unknown_settings(self) -> None:
        for name in sorted(self.environ):
            if name.startswith(OUR_PREFIXES) and name not in SETTINGS:
                close = get_close_matches(name, SETTINGS, n=1)
                advice = f"did you mean {close[0]}?" if close else "remove it."
                self.problems.append(f"{name} is not a setting of Crossfoot; {advice}")


def split_origin(address: str) -> tuple[str, str]:
    """An address cut into scheme and host, and the path with all that follows: ("https://a.example", "/b.js")."""
    scheme, separator, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{separator}{host}", slash + path


def _is_origin(value: str) -> bool:
    try:
        parts = urlsplit(value)
        named = bool(parts.hostname) and parts.port != 0  # reading .port raises ValueError when it is no number
    except ValueError:
        return False
    rest = parts.path.rstrip("/") + parts.query + parts.fragment
    return named and parts.scheme in ("http", "https") and not rest and not re.search(r"[\s{}@]", value)


def _is_fernet_key(key: str) -> bool:
    try:
        Fernet(key.encode("ascii"))
    except ValueError:
        return False
    return True
