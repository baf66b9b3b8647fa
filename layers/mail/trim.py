"""Cut the installed packages of a layer down to what writing mails loads.

Nearly all of Babel is descriptions of languages; kept are those there is a catalogue for, with all their regions.
"""

import shutil
import sys
from pathlib import Path

# Languages of layers/core/daybook/adapters/mail/languages; a new one is added here, too.
LANGUAGES = {"de", "en", "es", "fr"}
UNLOADED = [
    "bin",
    "babel/messages",  # catalogues of gettext; Daybook's are TOML
    "icalendar/fuzzing",
    "**/tests",
    "**/*.pyi",
    "**/py.typed",
    "**/*.dist-info/RECORD",
    "**/*.dist-info/INSTALLER",
    "**/*.dist-info/REQUESTED",
    "**/*.dist-info/sboms",
    "markupsafe/_speedups.c",
]


def trim(packages: Path) -> None:
    """Trim a directory that `pip install --target` filled."""
    for pattern in UNLOADED:
        for path in sorted(packages.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for locale in sorted((packages / "babel" / "locale-data").glob("*.dat")):
        if locale.stem != "root" and locale.stem.split("_")[0] not in LANGUAGES:
            locale.unlink()


if __name__ == "__main__":
    trim(Path(sys.argv[1]))
