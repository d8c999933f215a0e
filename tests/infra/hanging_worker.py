"""A worker whose jobs never end, to be killed by a test; says "at work" when it has one."""

import os
import time

from embedded_app import create_app
from embedded_app.config import Config
from embedded_app.jobs import WORKER_QUEUES, Work, run_worker


def hang(key: int) -> bool:
    """Take the job and keep it."""
    print("at work", flush=True)
    time.sleep(60)
    return False


if __name__ == "__main__":
    app = create_app(Config.from_environment(os.environ))
    run_worker(
        app,
        Work(
            gather=hang,
            post=hang,
            beyond=hang,
            catch_up=hang,
            upkeep=hang,
            alert=hang,
            dry_run=hang,
            import_orders=hang,
            sweep=lambda: None,
            five_minutes=lambda: None,
            hourly=lambda: None,
        ),
        queues=WORKER_QUEUES,
        concurrency=1,
    )
