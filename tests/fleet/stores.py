"""What several hosts share, each started on a host of the test: a database, a broker, an S3."""

import os
import socket
import sys
import time

from tests.fleet.hosts import Host
from tests.postgresql import find_programs
from tests.rabbitmq import SERVER
from tests.sentinels import get_binary_path

PASSWORD = "of-this-fleet"
STARTS_WITHIN_S = 60


def postgresql(host: Host) -> str:
    """A PostgreSQL server, and its SQLAlchemy URL."""
    programs, data = find_programs(), f"{host.disk}/database"
    as_user = ["runuser", "-u", "postgres", "--"]
    host.call("install", "--directory", "--owner", "postgres", "--mode", "700", data)
    host.call("sh", "-c", f"echo {PASSWORD} >{host.disk}/password")
    initdb = [
        "-D",
        data,
        "-U",
        "formdigits",
        "-E",
        "UTF8",
        "--no-locale",
        "--no-sync",
        f"--pwfile={host.disk}/password",
    ]
    host.call(*as_user, f"{programs}/initdb", *initdb)
    host.call("sh", "-c", f"echo 'host all all all scram-sha-256' >>{data}/pg_hba.conf")
    options = ["-c", f"listen_addresses={host.address}", "-c", f"unix_socket_directories={data}"]
    host.run(*as_user, f"{programs}/postgres", "-D", data, *options)
    wait_for(host, 5432)
    return f"postgresql+psycopg://formdigits:{PASSWORD}@{host.address}/postgres"


def valkey(host: Host) -> str:
    """A Valkey server, and its broker URL."""
    options = ["--bind", host.address, "--requirepass", PASSWORD, "--appendonly", "yes", "--dir", str(host.disk)]
    host.run(str(get_binary_path()), *options, "--maxmemory", "256mb", "--maxmemory-policy", "noeviction")
    wait_for(host, 6379)
    return f"redis://:{PASSWORD}@{host.address}:6379/0"


def rabbitmq(host: Host) -> str:
    """A RabbitMQ server, and its broker URL."""
    folder = f"{host.disk}/rabbitmq"
    host.call("mkdir", folder)
    host.call("sh", "-c", f"echo '[].' >{folder}/plugins")
    host.call("sh", "-c", f"printf 'loopback_users = none\\ndefault_pass = {PASSWORD}\\n' >{folder}/rabbitmq.conf")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": folder,
        "RABBITMQ_NODENAME": "formdigits@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": host.address,
        "RABBITMQ_MNESIA_BASE": f"{folder}/data",
        "RABBITMQ_LOG_BASE": f"{folder}/log",
        "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/plugins",
        "RABBITMQ_CONFIG_FILE": f"{folder}/rabbitmq",
        "RABBITMQ_CONF_ENV_FILE": f"{folder}/none",
        "RABBITMQ_PID_FILE": f"{folder}/pid",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none",
    }
    host.run(str(SERVER), environment=environment)
    wait_for(host, 5672)
    return f"amqp://guest:{PASSWORD}@{host.address}:5672//"


def s3(host: Host) -> dict[str, str]:
    """An S3 server, and what every program for S3 is told."""
    host.run(sys.executable, "-m", "moto.server", "--host", host.address, "--port", "9000")
    wait_for(host, 9000)
    return {
        "AWS_ENDPOINT_URL": f"http://{host.address}:9000",
        "AWS_ACCESS_KEY_ID": "fleet",
        "AWS_SECRET_ACCESS_KEY": PASSWORD,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    }


def wait_for(host: Host, port: int) -> None:
    """Return when somebody listens there."""
    give_up_at = time.monotonic() + STARTS_WITHIN_S
    while True:
        try:
            socket.create_connection((host.address, port), timeout=1).close()
        except OSError:
            assert time.monotonic() < give_up_at, host.log()
            time.sleep(0.1)
        else:
            return
