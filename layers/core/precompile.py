"""Compile ahead what `@dataclass` writes and compiles whenever a class is made: a sixth of a cold start.

Every module of Daybook is imported, with the packages of layers/deps for the machine at hand, and what `dataclasses`
executes meanwhile is kept: text to marshalled code, as `daybook.starting.use_compiled` reads it. The texts depend on
the classes and on the version of Python, not on the processor.
"""

import builtins
import dataclasses
import marshal
import pkgutil
import sys
from importlib import import_module
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from typing import Any

OTHER_LAYERS = {"babel", "google", "googleapiclient", "httplib2", "icalendar", "jinja2", "markupsafe"}
"""Packages of layers/mail and layers/google; modules that need them compile theirs as ever."""
WITHOUT_REFERENCES = 2
"""A version of marshal's format: later ones depend on who else holds an object, and two builds would differ."""


def recorded() -> dict[str, bytes]:
    """Import all of Daybook; return the code of every text that `dataclasses` ran."""
    compiled: dict[str, bytes] = {}

    def run(text: str, *scopes: dict[str, Any]) -> None:
        code = compile(text, "<string>", "exec", dont_inherit=True)
        compiled[text] = marshal.dumps(code, WITHOUT_REFERENCES)
        builtins.exec(code, *scopes)  # noqa: S102 - as dataclasses itself does

    vars(dataclasses)["exec"] = run
    package = import_module("daybook")
    for module in pkgutil.walk_packages(package.__path__, "daybook."):
        try:
            import_module(module.name)
        except ModuleNotFoundError as missing:
            if str(missing.name).partition(".")[0] not in OTHER_LAYERS:
                raise
    return dict(sorted(compiled.items()))


if __name__ == "__main__":
    folder = Path(sys.argv[1]) / "daybook"
    folder.joinpath(f"dataclasses.{sys.implementation.cache_tag}.bin").write_bytes(
        MAGIC_NUMBER + marshal.dumps(recorded(), WITHOUT_REFERENCES)
    )
