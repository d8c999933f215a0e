"""A column type that keeps tokens encrypted in the database and lets keys be rotated."""

from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import current_app
from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator

from embedded_app.config import Config


class SecretUnreadable(Exception):
    """A stored secret was written with a key that TOKEN_KEYS no longer holds."""

    def __init__(self) -> None:
        super().__init__(
            "A stored token cannot be read with any key in TOKEN_KEYS: add the key it was written with behind the "
            "newest one, or have the merchant connect again."
        )


class Encrypted(TypeDecorator[str]):
    """Text that is encrypted with the first of the app's TOKEN_KEYS and read with any of them; str in, str out."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """What is stored for `value`."""
        return None if value is None else _fernet().encrypt(value.encode()).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """The secret that was stored; raises SecretUnreadable when no key fits."""
        if value is None:
            return None
        try:
            return _fernet().decrypt(value.encode()).decode()
        except InvalidToken as error:
            raise SecretUnreadable from error


def _fernet() -> MultiFernet:
    config: Config = current_app.extensions["crossfoot.config"]
    return _multi_fernet(config.token_keys)


@lru_cache(maxsize=8)
def _multi_fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
