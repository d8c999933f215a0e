"""The demo as a newcomer finds it: nothing is set up, and the store admin is where to begin."""

from collections.abc import Callable
from html import unescape

import pytest
import requests

from tests.demo.conftest import Demo


@pytest.mark.thorough
def test_a_newcomer_installs_the_app_in_the_admin_and_finds_setup(start_demo: Callable[..., Demo]) -> None:
    demo = start_demo("--setup", "--orders", "1")
    address = demo.wait_for("/store/crossfoot-demo/apps/crossfoot").strip()

    assert "Install Crossfoot?" in requests.get(address, timeout=30).text
    page = requests.post(address, timeout=30).text  # the Install button, and back
    frame = unescape(page.split('data-src="')[1].split('"')[0])
    app = requests.get(frame, timeout=30)

    assert frame.startswith("http://localhost:")
    assert app.status_code == 200
    assert (
        "frame-ancestors https://crossfoot-demo.myshopify.com http://127.0.0.1:"
        in app.headers["Content-Security-Policy"]
    )
    assert "Connect Xero" in app.text
    demo.wait_for("Crossfoot is installed")
    demo.interrupt()
    assert demo.exit_code() == 0
