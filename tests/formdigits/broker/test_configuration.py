"""What Celery is told: nothing but JSON, queues that last, certificates that are checked."""

import ssl

import pytest

from formdigits.broker import make_celery
from formdigits.errors import BadRequest
from formdigits.messages import READ_QUEUE, TRAIN_QUEUE
from formdigits.settings import Settings


def celery_of(url: str, **more: str):
    return make_celery(Settings(broker_url=url, **more))


def test_nothing_but_json_is_taken():
    app = make_celery(Settings())

    assert app.conf.accept_content == ["json"]
    assert app.conf.result_backend is None


def test_no_order_is_taken_from_the_broker():
    app = make_celery(Settings())

    assert app.conf.worker_enable_remote_control is False


@pytest.mark.parametrize("queue", [READ_QUEUE, TRAIN_QUEUE])
def test_rabbitmq_keeps_messages_in_quorum_queues(queue):
    app = celery_of("amqp://one//;amqp://two//")

    assert app.amqp.queues[queue].queue_arguments["x-queue-type"] == "quorum"


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("rediss://host/0", {"ssl_cert_reqs": ssl.CERT_REQUIRED}),
        ("amqps://host//", {"cert_reqs": ssl.CERT_REQUIRED, "server_hostname": None}),
    ],
)
def test_a_certificate_is_checked(url, wanted):
    assert celery_of(url).conf.broker_use_ssl == wanted


@pytest.mark.parametrize(
    "url",
    [
        "rediss://host/0?ssl_cert_reqs=none",
        "rediss://host/0?ssl_cert_reqs=CERT_NONE",
        "rediss://host/0?ssl_cert_reqs=optional",
        "rediss://host/0?ssl_check_hostname=false",
    ],
)
def test_an_address_cannot_turn_the_check_off(url):
    with pytest.raises(BadRequest, match="certificate"):
        celery_of(url)


@pytest.mark.parametrize("url", ["memory://", "host:6379", "amqp://one//;redis://two/0", "sqs://x", "amqp://one//;"])
def test_an_address_of_no_known_kind_is_refused(url):
    with pytest.raises(BadRequest, match="FORMDIGITS_BROKER_URL"):
        celery_of(url)


def test_sentinels_need_the_name_of_their_master():
    with pytest.raises(BadRequest, match="FORMDIGITS_BROKER_SENTINEL_MASTER"):
        celery_of("sentinel://one:26379")


def test_no_password_is_shown():
    settings = Settings(broker_url="redis://:hidden@host/0", broker_sentinel_password="hidden")

    assert "hidden" not in repr(settings)
