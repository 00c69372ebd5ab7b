"""Where the calls of the matrix go: the simulator, and addresses that are a trouble by themselves."""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import socket
import ssl
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from litellm_minimax.simulator import Simulator


@dataclass(frozen=True, slots=True)
class Upstreams:
    """The simulator, and each address by the name that a trouble knows it by."""

    sim: Simulator
    tls: Simulator
    addresses: dict[str, str]

    def reset(self) -> None:
        self.sim.reset()
        self.tls.reset()


@contextlib.contextmanager
def upstreams() -> Iterator[Upstreams]:
    with Simulator() as sim, Simulator(ssl_context=_self_signed()) as tls, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # and not listened on, so that nobody else does
        addresses = {
            "simulator": sim.base_url,
            "closed": f"http://127.0.0.1:{closed.getsockname()[1]}",
            "self_signed": f"https://127.0.0.1:{tls.port}",
            "no_tls": f"https://127.0.0.1:{sim.port}",
        }
        yield Upstreams(sim, tls, addresses)


def _self_signed() -> ssl.SSLContext:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "nobody you know")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        both = Path(folder) / "server.pem"
        both.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
        context.load_cert_chain(both)
    return context
