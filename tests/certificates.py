"""A certificate authority of the tests, and a door with TLS before a port that has none."""

import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

BLOCK_BYTES = 65_536


def make_certificate(folder: Path, *, name: str) -> Path:
    """A certificate that signs itself for a name, such as `IP:127.0.0.1`, with its key, in one file."""
    both = folder / "both.pem"
    subject = ["-subj", "/CN=formdigits", "-addext", f"subjectAltName={name}"]
    new = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    made = subprocess.run([*new, *subject, "-keyout", "-"], check=True, capture_output=True)
    both.write_bytes(made.stdout)
    return both


@contextmanager
def tls_before(connect_to: tuple[str, int] | str, certificate: Path) -> Iterator[int]:
    """Speak TLS on a port of the loopback address, and pass on to a port or a socket that does not."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=_serve, args=(door, context, connect_to), daemon=True).start()
        yield door.getsockname()[1]
        door.shutdown(socket.SHUT_RDWR)


def _serve(door: socket.socket, context: ssl.SSLContext, connect_to: tuple[str, int] | str) -> None:
    while True:
        try:
            outside, _ = door.accept()
        except OSError:
            return
        with suppress(OSError):  # whoever does not like our certificate goes away
            near = context.wrap_socket(outside, server_side=True)
            far = socket.socket(socket.AF_UNIX) if isinstance(connect_to, str) else socket.socket()
            far.connect(connect_to)
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=_pass_on, args=(one, other), daemon=True).start()


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError), one:
        while data := one.recv(BLOCK_BYTES):
            other.sendall(data)
    with suppress(OSError):
        other.shutdown(socket.SHUT_RDWR)
