"""`flask sandbox`: both servers alone, with the settings that point the app at them."""

import re
from collections.abc import Iterator

import pytest
import requests

from tests.demo.conftest import Launched, three_free_ports


@pytest.fixture
def sandbox() -> Iterator[Launched]:
    """The running command, ended after the test."""
    port = three_free_ports()
    launched = Launched("sandbox", "--store-port", str(port), "--xero-port", str(port + 1))
    yield launched
    launched.end()


def test_it_prints_the_settings_and_serves_until_ctrl_c(sandbox: Launched) -> None:
    sandbox.wait_for("Ctrl-C")
    settings = dict(re.findall(r"export (\w+)=(\S+)", sandbox.text))

    assert requests.get(settings["XERO_API_URL"], timeout=30).ok
    assert requests.get(settings["SHOPIFY_ADMIN_ORIGIN"].strip("'").removesuffix("{shop}"), timeout=30).ok
    sandbox.interrupt()
    assert sandbox.exit_code() == 0
