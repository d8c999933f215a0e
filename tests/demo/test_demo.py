"""`make demo`, as a newcomer meets it: the day ends equal, and nothing is left behind."""

import os
import re
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from tests.demo.conftest import Demo, is_running, three_free_ports

StartDemo = Callable[..., Demo]
EQUAL = re.compile(r"GBP  store total ([\d,.]+) = Xero total \1   VAT ([\d,.]+) = \2   money ([\d,.]+) = \3   equal")
RECOVERS_WITHIN_SECONDS = 60


def test_the_day_ends_equal_and_all_stays_up_until_ctrl_c_while_a_second_demo_is_refused(start_demo: StartDemo) -> None:
    demo = start_demo("--orders", "40")
    demo.wait_for("Starting")
    second = start_demo("--once", "--orders", "1")

    assert second.exit_code() == 1
    assert second.text.startswith("Error: Another demo runs in ")
    demo.wait_for("Ctrl-C stops it")
    assert EQUAL.search(demo.text), demo.text
    addresses = re.findall(r"http://127\.0\.0\.1:\S+", demo.wait_for("App  ") + demo.wait_for("Xero's books  "))
    assert [requests.get(address, timeout=30).status_code for address in addresses] == [200, 200]

    pids = demo.pids()
    worker, web = (os.getpriority(os.PRIO_PROCESS, pids[name]) for name in ("worker", "web"))
    assert worker > web, "who calls is answered before what can wait"
    demo.interrupt()
    assert demo.exit_code() == 0
    assert len(pids) == 5
    assert [name for name, pid in pids.items() if is_running(pid)] == []


@pytest.mark.thorough
def test_each_order_is_shown_with_its_documents_and_totals(start_demo: StartDemo) -> None:
    demo = start_demo("--once", "--orders", "3", "--unmapped")

    assert demo.exit_code() == 0
    assert re.search(r"#100\d +[\d.]+ GBP   invoice SH-100\d [\d.]+ \(VAT [\d.]+\) +payment [\d.]+ \w+\n", demo.text)
    assert re.search(r"held: Tax ‘MwSt 19 %.*’ has no Xero tax rate yet", demo.text), demo.text
    assert re.search(r"held: Payment gateway ‘klarna’ has no Xero account yet", demo.text), demo.text
    assert re.search(r"= Xero total [\d,.]+ \+ held [\d.]+ .* equal\n", demo.text), demo.text


@pytest.mark.thorough
def test_a_worker_killed_in_the_middle_of_the_day_changes_nothing(start_demo: StartDemo) -> None:
    demo = start_demo("--once", "--orders", "180", "--no-limits")
    demo.wait_for("invoice SH-1001")
    os.kill(demo.pids()["worker"], signal.SIGKILL)
    killed_at = time.monotonic()

    assert demo.exit_code() == 0, demo.text
    assert time.monotonic() - killed_at < RECOVERS_WITHIN_SECONDS
    after_the_death = demo.text.partition("the worker died; it is started again")[2]
    assert "invoice SH-1180" in after_the_death
    assert EQUAL.search(after_the_death), demo.text


@pytest.mark.thorough
def test_a_demo_that_was_killed_outright_does_not_stand_in_the_way_of_the_next(start_demo: StartDemo) -> None:
    port = three_free_ports()
    killed = start_demo("--orders", "1", port=port)
    killed.wait_for("Ctrl-C stops it")
    left = killed.pids()
    killed.process.kill()

    demo = start_demo("--once", "--orders", "1", port=port)

    assert demo.exit_code() == 0, demo.text
    deadline = time.monotonic() + 60
    while any(is_running(pid) for pid in left.values()) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [name for name, pid in left.items() if is_running(pid)] == []


def test_a_taken_port_is_named_with_a_way_out(start_demo: StartDemo) -> None:
    port = three_free_ports()
    with socket.create_server(("127.0.0.1", port + 2)):
        demo = start_demo("--once", port=port)

        assert demo.exit_code() == 1
    assert demo.text.startswith(f"Error: Port {port + 2} is taken. End what listens there, or choose another:")


def test_a_directory_that_cannot_be_written_is_a_sentence(start_demo: StartDemo, directory: Path) -> None:
    below_a_file = directory.with_name("file") / "demo"
    below_a_file.parent.touch()

    demo = start_demo("--once", "--directory", str(below_a_file))

    assert demo.exit_code() == 1
    assert demo.text.startswith(f"Error: The directory {below_a_file} cannot be written to")
