"""What a function does once, before its first event: at INIT Lambda gives it more of a processor than later."""

import builtins
import dataclasses
import gc
import marshal
import os
import sys
from collections.abc import Callable
from importlib.util import MAGIC_NUMBER
from typing import Any

COMPILED = os.path.join(os.path.dirname(__file__), f"dataclasses.{sys.implementation.cache_tag}.bin")  # noqa: PTH118, PTH120 - pathlib is not loaded yet
"""What `layers/core/precompile.py` puts beside this module; there is none but in a built layer."""
_COLD = frozenset({"on-demand", "provisioned-concurrency"})
"""After a snapshot (`snap-start`) clients and chance must be fresh. Source: AWS Lambda, "Defined runtime variables"."""


def on_lambda() -> bool:
    """Tell whether Lambda starts this process, and not a laptop or a test, where importing makes nothing."""
    return os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") in _COLD


def begin() -> None:
    """Stop looking for garbage until `ready`: modules, classes and models stay for as long as the process does."""
    if on_lambda():
        gc.disable()
        use_compiled()


def ready(*makers: Callable[[], object]) -> None:
    """Make what every answer needs; then look for garbage again, but not among what is there by now."""
    if on_lambda():
        for make in makers:
            make()
        vars(dataclasses).pop("exec", None)
        gc.freeze()
        gc.enable()


def use_compiled(path: str = COMPILED) -> None:
    """Let `@dataclass` find compiled what it would compile: the methods it writes for each class, as text.

    It runs them by a global name, `exec`, which is the built-in one unless the module has its own. Found by the whole
    text, code cannot be another's; what is not found is compiled, as ever. Without the file, or with one of another
    Python's byte code, nothing changes.
    """
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - see above
            if file.read(len(MAGIC_NUMBER)) != MAGIC_NUMBER:
                return
            compiled: dict[str, bytes] = marshal.load(file)  # noqa: S302 - a part of this layer
    except FileNotFoundError:
        return

    def run(text: str, *scopes: dict[str, Any]) -> None:
        code = compiled.get(text)
        builtins.exec(text if code is None else marshal.loads(code), *scopes)  # noqa: S102, S302 - as above

    vars(dataclasses)["exec"] = run
