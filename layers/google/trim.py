"""Cut the installed packages of a layer down to what talking to Google Calendar loads.

Three quarters of google-api-python-client describe Google's other services; the client is made from the one document
that is kept, without asking the network (`static_discovery=True`).
"""

import shutil
import sys
from pathlib import Path

# APIs the code calls, as <name>.<version>.
DOCUMENTS = {"calendar.v3"}
UNLOADED = [
    "bin",
    "apiclient",  # an old name of googleapiclient
    "cffi/*.h",
    "google/api_core/gapic_v1",  # clients that are generated, over gRPC
    "google/api_core/grpc_helpers*.py",
    "google/api_core/operations_v1",
    "pyparsing/ai",
    "**/tests",
    "**/*.pyi",
    "**/py.typed",
    "**/*.dist-info/RECORD",
    "**/*.dist-info/INSTALLER",
    "**/*.dist-info/REQUESTED",
    "**/*.dist-info/sboms",
]


def trim(packages: Path) -> None:
    """Trim a directory that `pip install --target` filled."""
    for pattern in UNLOADED:
        for path in sorted(packages.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for document in sorted((packages / "googleapiclient" / "discovery_cache" / "documents").iterdir()):
        if document.stem not in DOCUMENTS:
            document.unlink()


if __name__ == "__main__":
    trim(Path(sys.argv[1]))
