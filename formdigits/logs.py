"""One event a line with its ids, in colour on a terminal and as JSON elsewhere, and no secret in any of them."""

import logging
import re
import sys

import structlog

HIDDEN = "***"
_BETWEEN = r"(?:[\s\\\"']|\x1b\[[\d;]*m)*"
"""What stands between a name and its value: quotes, escaped ones too, blanks, and the colours of a terminal."""
SECRETS = (
    # The password in an address; greedy, for an address may have an @ in its password or several hosts.
    (re.compile(r"(://[^\s:/@\"']*:)[^\s\"']+@"), rf"\1{HIDDEN}@"),
    (re.compile(r"(\bbearer\s+)[\w.~+/=-]+", re.IGNORECASE), rf"\1{HIDDEN}"),
    # In a query (password=...), in JSON and in the representation of a dictionary ("password": "..."); JSON stays JSON.
    (
        re.compile(
            rf"((?:password|passwd|secret|token){_BETWEEN}[=:]{_BETWEEN})"
            r"(?!(?:null|true|false|[\d.-]+)[,}\]])[^\s\"'&,;\\\x1b]+",
            re.IGNORECASE,
        ),
        rf"\1{HIDDEN}",
    ),
)


WORDY = ("celery.app.trace", "celery.worker.strategy")
"""Two lines for every message, with no id of ours; our own line has them."""


def scrub(line: str) -> str:
    """Take the secrets out of a line: passwords in addresses, bearer tokens, and what is named a secret."""
    for secret, hidden in SECRETS:
        line = secret.sub(hidden, line)
    return line


def configure_logs() -> None:
    """Send our own events and those of the libraries to standard error."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_ScrubbedLines(on_terminal=sys.stderr.isatty(), foreign_pre_chain=shared))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in WORDY:
        logging.getLogger(name).setLevel(logging.WARNING)


class _ScrubbedLines(structlog.stdlib.ProcessorFormatter):
    """Scrubs the whole line last, so that a secret inside of a value or of a traceback is found as well."""

    def __init__(self, *, on_terminal: bool, foreign_pre_chain: list[structlog.typing.Processor]) -> None:
        console = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        super().__init__(
            processor=console if on_terminal else structlog.processors.JSONRenderer(),
            foreign_pre_chain=foreign_pre_chain,
        )

    def format(self, record: logging.LogRecord) -> str:
        return scrub(super().format(record))
