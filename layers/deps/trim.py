"""Cut the installed packages of a layer down to what Daybook's functions load.

Two thirds of the packages' weight are descriptions of AWS services nobody here calls, and a client parses all of its
service's description when it is made, prose included, and all of the authorities it may trust whenever it connects:
what goes here comes off every cold start.
"""

import ast
import json
import re
import shutil
import sys
from gzip import decompress
from hashlib import sha256
from pathlib import Path

# The services the code calls or is about to; a client for another one fails with UnknownServiceError.
SERVICES = {"dynamodb", "events", "kms", "lambda", "s3", "scheduler", "sesv2", "sqs", "ssm", "sts"}
# What endpoints.json calls them; newer endpoints come from each service's own rule set.
ENDPOINT_PREFIXES = SERVICES | {"email"}
# Who certifies AWS's endpoints, in any partition: Amazon Trust Services, whose roots are Amazon's and Starfield's, and
# DigiCert before it. Every connection reads the whole bundle. Source: AWS Security Blog, "How to Prepare for AWS's Move
# to Its Own Certificate Authority".
AUTHORITIES = re.compile(
    r"# Issuer: .*(O=Amazon$|CN=Starfield Services Root |CN=DigiCert Global Root (CA|G2) )", re.MULTILINE
)
UNLOADED = [
    "bin",
    "**/tests",
    "**/*.pyi",
    "**/py.typed",
    "**/*.dist-info/RECORD",
    "**/*.dist-info/INSTALLER",
    "**/*.dist-info/REQUESTED",
    "**/*.dist-info/sboms",
    "annotated_types/test_cases.py",
    "aws_lambda_powertools/event_handler/openapi/swagger_ui/*.min.*",  # a page nobody is served
    "botocore/data/*/*/examples-1.json*",
    "urllib3/contrib/emscripten",  # for browsers
]
# What stands in for modules that do nothing for Daybook: as much as is imported of them. With each goes the SHA-256 of
# what it stands for, so that a module which has changed is looked at.
STANDING_IN = {
    # Would be written at `help(client)`.
    ("botocore/docs/docstring.py", "268f650386453eaef970d0947e9cfbcd689794307e0a7ddb3fad9c66f067b5f0"): """\
class ClientMethodDocstring(str):
    def __new__(cls, *_, **__):
        return super().__new__(cls)


PaginatorDocstring = WaiterDocstring = ClientMethodDocstring
""",
    # Looks through all installed packages for plugins, by a module that takes a zip library along.
    (
        "pydantic/plugin/_loader.py",
        "8408e04a58e82211b1dc0569229baac3948fb6d04d35e181493aea48c9cd8899",
    ): "def get_plugins():\n    return ()\n",
    # Switches HTTP/2 on, which nobody asks for; imports the same module for it.
    ("urllib3/http2/__init__.py", "c73ac0487ed1e4035190f24ea2de651a70133aadca2aec97cc8e36adc9f09aab"): "",
}
# Texts that are put for others, for what they cost whenever their module is imported.
PUT_FOR = {
    "pydantic_core/core_schema.py": [
        # Seventy descriptions of dictionaries, whose annotations nobody reads: checkers of types do, elsewhere.
        (
            "if sys.version_info < (3, 12):\n    from typing_extensions import TypedDict\n"
            "else:\n    from typing import TypedDict\n",
            "TypedDict = type('TypedDict', (dict,), {'__init_subclass__': lambda cls, **_: None})\n",
        )
    ],
    "ulid/__init__.py": [
        # A version that is read from the package's description, an e-mail's header.
        ("from importlib.metadata import version\n", ""),
        ('__version__ = version("python-ulid")\n', ""),
    ],
}


def trim(packages: Path) -> None:
    """Trim a directory that `pip install --target` filled."""
    for pattern in UNLOADED:
        for path in sorted(packages.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    _without_docs(packages / "botocore" / "docs")
    _without_aliases(packages / "botocore" / "utils.py")
    for (name, digest), text in STANDING_IN.items():
        module = packages / name
        if (found := sha256(module.read_bytes()).hexdigest()) != digest:
            raise ValueError(f"{module} has changed: {found}")
        module.write_text(f'"""Stands in; Daybook\'s layers/deps/trim.py put it here."""\n\n{text}')
    for name, pairs in PUT_FOR.items():
        for old, new in pairs:
            _put_for(packages / name, old, new)
    data = packages / "botocore" / "data"
    for service in sorted(path for path in data.iterdir() if path.is_dir() and path.name not in SERVICES):
        shutil.rmtree(service)
    for description in sorted(data.rglob("service-2.json.gz")):
        plain = json.loads(decompress(description.read_bytes()))
        description.with_suffix("").write_text(_compact(_without_prose(plain)))
        description.unlink()
    endpoints = json.loads((data / "endpoints.json").read_text())
    for partition in endpoints["partitions"]:
        kept = partition["services"].keys() & ENDPOINT_PREFIXES
        partition["services"] = {name: partition["services"][name] for name in sorted(kept)}
    (data / "endpoints.json").write_text(_compact(endpoints))
    bundle = packages / "botocore" / "cacert.pem"
    roots = re.split(r"^(?=# Issuer: )", bundle.read_text(), flags=re.MULTILINE)
    bundle.write_text("".join(root for root in roots if AUTHORITIES.match(root)))


def _without_docs(docs: Path) -> None:
    """Leave of what writes clients' documentation only what clients import; none is written without the prose."""
    for module in sorted(docs.rglob("*.py")):
        if module not in {docs / "utils.py", docs / "docstring.py"}:
            module.unlink()
    (docs / "__init__.py").write_text("")
    shutil.rmtree(docs / "bcdoc")


def _without_aliases(utils: Path) -> None:
    """Leave the older names of services that are here: each event is compared with all of them once."""
    found = re.search(r"^EVENT_ALIASES = (\{.*?^\})", utils.read_text(), flags=re.MULTILINE | re.DOTALL)
    if found is None:
        raise ValueError(f"no aliases in {utils}")
    aliases = ast.literal_eval(found[1])
    here = {aliases[name] for name in ENDPOINT_PREFIXES & aliases.keys()}
    kept = {old: new for old, new in aliases.items() if new in here}
    _put_for(utils, found[1], repr(kept))


def _put_for(module: Path, old: str, new: str) -> None:
    """Replace a text that must be there once: otherwise the package has changed, and this is to be looked at."""
    text = module.read_text()
    if text.count(old) != 1:
        raise ValueError(f"{module} has {text.count(old)} times {old!r}")
    module.write_text(text.replace(old, new))


def _without_prose(node: object, path: tuple[str, ...] = ()) -> object:
    if isinstance(node, dict):
        # A shape may have a member called "documentation"; its value is then an object, not a text.
        prose = {"documentation"} if isinstance(node.get("documentation"), str) else set()
        # botocore reads what these say of themselves whenever an S3 client is first used.
        prose = set() if "clientContextParams" in path else prose
        return {key: _without_prose(value, (*path, key)) for key, value in node.items() if key not in prose}
    if isinstance(node, list):
        return [_without_prose(value, path) for value in node]
    return node


def _compact(document: object) -> str:
    return json.dumps(document, separators=(",", ":"))


if __name__ == "__main__":
    trim(Path(sys.argv[1]))
