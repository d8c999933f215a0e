"""Log lines go where stderr is now, not where it was when the app was made."""

import contextlib
import io
import logging

from embedded_app.logs import configure_logging


def test_a_line_is_written_though_the_stderr_of_before_is_closed() -> None:
    before, now = io.StringIO(), io.StringIO()
    with contextlib.redirect_stderr(before):
        configure_logging()
        logging.getLogger("crossfoot").info("then")
    said = before.getvalue()
    before.close()

    with contextlib.redirect_stderr(now):
        logging.getLogger("crossfoot").info("later")

    assert "event=then" in said
    assert "event=later" in now.getvalue()
    assert "Logging error" not in now.getvalue()
