"""What the broker's address says: which kind of broker it is, and how many servers."""

from typing import Literal
from urllib.parse import parse_qs, urlsplit

from formdigits.errors import BadRequest
from formdigits.settings import Settings

Kind = Literal["redis", "sentinel", "rabbitmq"]

KINDS: dict[str, Kind] = {
    "redis": "redis",
    "redis+socket": "redis",
    "rediss": "redis",
    "sentinel": "sentinel",
    "amqp": "rabbitmq",
    "amqps": "rabbitmq",
}
WITH_TLS = {"rediss", "amqps"}
CHECKED = {"required", "cert_required"}


def kind_of(settings: Settings) -> Kind:
    """Which kind of broker the address names.

    Raises:
        BadRequest: none that can be used, or one whose certificate would not be checked.
    """
    kinds = {KINDS.get(urlsplit(address).scheme) for address in addresses(settings)}
    kind = kinds.pop()
    if kinds or kind is None:
        raise BadRequest(
            "FORMDIGITS_BROKER_URL begins with none of redis://, rediss://, sentinel://, amqp:// and amqps://"
            " (several addresses of one kind are separated by semicolons)"
        )
    if kind == "sentinel" and not settings.broker_sentinel_master:
        raise BadRequest(
            "FORMDIGITS_BROKER_SENTINEL_MASTER is missing: the name that the sentinels watch the master by"
        )
    if any(not _certificate_is_checked(address) for address in addresses(settings)):
        raise BadRequest("FORMDIGITS_BROKER_URL must not turn off the check of the broker's certificate")
    return kind


def addresses(settings: Settings) -> list[str]:
    """One address a server."""
    return settings.celery_broker_url.split(";")


def has_tls(settings: Settings) -> bool:
    """Whether the way to the broker is encrypted."""
    return any(urlsplit(address).scheme in WITH_TLS for address in addresses(settings))


def _certificate_is_checked(address: str) -> bool:
    asked = parse_qs(urlsplit(address).query)
    return asked.get("ssl_cert_reqs", ["required"])[-1].lower() in CHECKED and "ssl_check_hostname" not in asked
