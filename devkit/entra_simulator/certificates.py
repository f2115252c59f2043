"""Make a certificate authority for one start of the simulator, and the certificate that it serves with."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from pathlib import Path

_LIFE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Certificates:
    """*authority*: the PEM file that clients trust; *server*: the context that the simulator serves with."""

    authority: Path
    server: ssl.SSLContext


def make_certificates(folder: Path) -> Certificates:
    """Write `ca.pem` and the server's own files into *folder*, replacing those of an earlier start.

    The authority's key is never stored, so nothing else can ever be signed with it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    authority_key = ec.generate_private_key(ec.SECP256R1())
    authority = _authority(authority_key)
    _write(folder / "ca.pem", authority.public_bytes(Encoding.PEM))
    chain = folder / "server.pem"
    _write(chain, _server(authority, authority_key))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    context.set_alpn_protocols(["http/1.1"])
    return Certificates(folder / "ca.pem", context)


def _authority(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = _name("Entra simulator, one start")
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = _dated(x509.CertificateBuilder().subject_name(name).issuer_name(name)).public_key(key.public_key())
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
    return builder.add_extension(identifier, critical=False).sign(key, hashes.SHA256())


def _server(authority: x509.Certificate, authority_key: ec.EllipticCurvePrivateKey) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    issuer_identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    names = [
        x509.DNSName("localhost"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        x509.IPAddress(ipaddress.ip_address("::1")),
    ]
    builder = _dated(x509.CertificateBuilder().subject_name(_name("localhost")).issuer_name(authority.subject))
    builder = builder.public_key(key.public_key())
    builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=False), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    certificate = builder.add_extension(issuer_identifier, critical=False).sign(authority_key, hashes.SHA256())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private + certificate.public_bytes(Encoding.PEM)


def _dated(builder: x509.CertificateBuilder) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    begun = builder.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + _LIFE)
    return begun.serial_number(x509.random_serial_number())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _write(file: Path, content: bytes) -> None:
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_bytes(content)
