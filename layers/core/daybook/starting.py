"""What a function does once, before its first event: at INIT Lambda gives it more of a processor than later."""

import gc
import os
from collections.abc import Callable

_COLD = frozenset({"on-demand", "provisioned-concurrency"})
"""After a snapshot (`snap-start`) clients and chance must be fresh. Source: AWS Lambda, "Defined runtime variables"."""


def on_lambda() -> bool:
    """Tell whether Lambda starts this process, and not a laptop or a test, where importing makes nothing."""
    return os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") in _COLD


def begin() -> None:
    """Stop looking for garbage until `ready`: modules, classes and models stay for as long as the process does."""
    if on_lambda():
        gc.disable()


def ready(*makers: Callable[[], object]) -> None:
    """Make what every answer needs; then look for garbage again, but not among what is there by now."""
    if on_lambda():
        for make in makers:
            make()
        gc.freeze()
        gc.enable()
