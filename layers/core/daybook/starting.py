"""What a function does once, before its first event: at INIT Lambda gives it more of a processor than later."""

import builtins
import gc
import marshal
import os
import re
import sys
from collections.abc import Callable
from importlib.util import MAGIC_NUMBER
from typing import Any

COMPILED = os.path.join(os.path.dirname(__file__), f"compiled.{sys.implementation.cache_tag}.bin")  # noqa: PTH118, PTH120 - pathlib is not loaded yet
"""What `layers/core/precompile.py` puts beside this module; there is none but in a built layer."""
_COLD = frozenset({"on-demand", "provisioned-concurrency"})
"""After a snapshot (`snap-start`) clients and chance must be fresh. Source: AWS Lambda, "Defined runtime variables"."""
COMPILER: dict[str, Any] = vars(sys.modules["re._compiler"])
"""The half of `re` that knows what its engine runs. Source: CPython, Lib/re/_compiler.py, `compile`."""
HEADER = MAGIC_NUMBER + int(COMPILER["MAGIC"]).to_bytes(4, "little") + bytes([COMPILER["_sre"].CODESIZE])
"""Of what Python, and of what engine of expressions, a file's contents are."""
_parse_and_compile: Callable[[object, int], "re.Pattern[Any]"] = COMPILER["compile"]


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
        forget_compiled()
        gc.freeze()
        gc.enable()


def use_compiled(path: str = COMPILED) -> None:
    """Let `@dataclass` and `re` find compiled what they would compile: methods written as text, and expressions.

    `dataclasses` runs its texts by a global name, `exec`, which is the built-in one unless the module has its own;
    `re` compiles by a global name of its own. Found by the whole text, and an expression's flags, nothing can be
    another's; what is not found is compiled, as ever. Without the file, or with one of another Python, nothing changes.
    """
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - see above
            if file.read(len(HEADER)) != HEADER:
                return
            texts: dict[str, bytes]
            expressions: dict[tuple[str | bytes, int], bytes]
            texts, expressions = marshal.load(file)  # noqa: S302 - a part of this layer
    except FileNotFoundError:
        return

    def run(text: str, *scopes: dict[str, Any]) -> None:
        code = texts.get(text)
        builtins.exec(text if code is None else marshal.loads(code), *scopes)  # noqa: S102, S302 - as above

    def compiled(pattern: Any, flags: int = 0) -> "re.Pattern[Any]":
        known = expressions.get((pattern, flags))
        if known is None:
            return _parse_and_compile(pattern, flags)
        try:
            made: re.Pattern[Any] = COMPILER["_sre"].compile(pattern, *marshal.loads(known))  # noqa: S302 - as above
        except (OverflowError, RuntimeError, TypeError, ValueError):  # an engine that does not know its own number
            return _parse_and_compile(pattern, flags)
        return made

    COMPILER["compile"] = compiled
    import dataclasses  # noqa: PLC0415 - it has expressions, too

    vars(dataclasses)["exec"] = run


def forget_compiled() -> None:
    """Leave `dataclasses` and `re` as they were."""
    COMPILER["compile"] = _parse_and_compile
    if dataclasses := sys.modules.get("dataclasses"):
        vars(dataclasses).pop("exec", None)
