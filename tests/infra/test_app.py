"""The app as a whole: what it answers before any store is connected, and without a complete environment."""

from io import BytesIO

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from embedded_app import create_app, create_app_from_environment
from embedded_app.config import ConfigError


def test_it_says_that_the_process_is_up(client: FlaskClient) -> None:
    assert client.get("/healthz").data == b"ok\n"


def test_the_start_page_says_that_the_app_is_opened_from_the_store_admin(client: FlaskClient) -> None:
    page = client.get("/").text

    assert "Open it from your store" in page
    with client.get("/static/crossfoot.css") as style:
        assert style.status_code == 200


def test_what_a_person_says_reaches_no_row_with_nul(app: Flask) -> None:
    form = {"reason\0": "Paid\0 twice", "file": (BytesIO(b"\0"), "a.csv")}
    with app.test_request_context("/?cause=a%00b&cause=c", method="POST", data=form):
        assert request.args.getlist("cause") == ["ab", "c"]
        assert dict(request.form) == {"reason": "Paid twice"}
        assert request.files["file"].read() == b"\0"


def test_an_app_without_its_environment_answers_with_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XERO_CLIENT_ID", raising=False)

    answer = create_app().test_client().get("/healthz")

    assert answer.status_code == 503
    assert "XERO_CLIENT_ID is missing" in answer.text


def test_gunicorn_does_not_start_an_app_without_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XERO_CLIENT_ID", raising=False)

    with pytest.raises(ConfigError, match="XERO_CLIENT_ID is missing"):
        create_app_from_environment()
