"""The page for whoever opens the app's address directly, and the answer that tells a host the process is up."""

from flask import Blueprint, render_template

start = Blueprint("start", __name__)


@start.get("/")
def start_page() -> str:
    """What Crossfoot is, and that it is opened from the store admin."""
    return render_template("start.html")


@start.get("/healthz")
def healthz() -> tuple[str, int, dict[str, str]]:
    """200 while the process answers; asks neither the database nor anyone else."""
    return "ok\n", 200, {"Content-Type": "text/plain; charset=utf-8"}
