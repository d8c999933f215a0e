"""Log lines as key and value on stderr, one line each, for the app's own events and for the libraries'.

A change can be followed by the id of the webhook that told of it: `webhook` at the door, among `webhooks` where orders
are read and decided and where calls to Xero are sent, answered or looked up; `call` there is Xero's own name for it.
"""

import logging
import sys
from typing import TextIO

import structlog

_SHARED: list[structlog.types.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


class _Stderr(logging.StreamHandler[TextIO]):
    """Writes to what stderr is at the time: where a command was run by another program, its own may be closed."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


def configure_logging(level: int = logging.INFO, *, stream: TextIO | None = None) -> None:
    """Send structlog's and the standard library's records through one formatter; may be called again.

    stream: where to, stderr unless given.
    """
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream) if stream else _Stderr()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"], drop_missing=True),
            ],
        )
    )
    root = logging.getLogger()
    for old in [one for one in root.handlers if isinstance(one.formatter, structlog.stdlib.ProcessorFormatter)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    # At INFO it writes four lines for each job.
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
