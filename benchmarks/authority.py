"""A certificate for the machine at hand, and bundles of authorities that hold it beside those a contender ships."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

ADDRESS = "127.0.0.1"


def certify(file: Path) -> None:
    """Write a key and a certificate for ADDRESS that certifies itself, good for a day: RSA of 2,048 bits, as AWS's."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, ADDRESS)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(ADDRESS))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))


def trusting(packages: Path, certified: Path) -> Path:
    """Return a file beside `certified` with the authorities botocore brings in `packages`, and ours."""
    bundle = certified.with_name(f"{packages.parent.name}-{packages.name}.pem")
    _, _, certificate = certified.read_text().partition("-----END PRIVATE KEY-----\n")
    bundle.write_text((packages / "botocore" / "cacert.pem").read_text() + certificate)
    return bundle
