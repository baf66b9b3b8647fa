"""Compile ahead what a cold start would compile: what `@dataclass` writes for each class, and regular expressions.

Every module of Daybook is imported, with the packages of layers/deps for the machine at hand, and what `dataclasses`
executes and `re` compiles meanwhile is kept, as `daybook.starting.use_compiled` reads it. All of it depends on the
texts and on the version of Python, not on the processor.
"""

import builtins
import dataclasses
import marshal
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

OTHER_LAYERS = {"babel", "google", "googleapiclient", "httplib2", "icalendar", "jinja2", "markupsafe"}
"""Packages of layers/mail and layers/google; modules that need them compile theirs as ever."""
WITHOUT_REFERENCES = 2
"""A version of marshal's format: later ones depend on who else holds an object, and two builds would differ."""
Key = tuple[str | bytes, int]
"""An expression and its flags."""


class Engine:
    """Stands before `_sre`, the engine of expressions, and remembers what it was last given."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self.given: Any = ()

    def __getattr__(self, name: str) -> object:
        return getattr(self._engine, name)

    def compile(self, pattern: str | bytes | None, *given: Any) -> Any:
        flags, code, groups, names, indexes = given
        # Plain values: parts of the code may be named constants, which marshal does not know.
        self.given = (int(flags), [int(word) for word in code], groups, dict(names), indexes)
        return self._engine.compile(pattern, *given)


@contextmanager
def expressions() -> Iterator[dict[Key, bytes]]:
    """Yield what `re` compiles meanwhile, and what it has in store: its engine's arguments without the pattern."""
    compiler = vars(sys.modules["re._compiler"])
    ordinary: Callable[..., Any] = compiler["compile"]
    engine = Engine(compiler["_sre"])
    found: dict[Key, bytes] = {}

    def compiled(pattern: Any, flags: int = 0) -> Any:
        made = ordinary(pattern, flags)
        if isinstance(pattern, str | bytes):
            found[pattern, int(flags)] = marshal.dumps(engine.given, WITHOUT_REFERENCES)
        return made

    compiler.update(compile=compiled, _sre=engine)
    try:
        for _, pattern, flags in list(vars(re)["_cache"]):
            compiled(pattern, flags)
        yield found
    finally:
        compiler.update(compile=ordinary, _sre=vars(engine)["_engine"])


def recorded() -> tuple[dict[str, bytes], dict[Key, bytes]]:
    """Import all of Daybook; return the code of every text that `dataclasses` ran, and of every expression."""
    texts: dict[str, bytes] = {}

    def run(text: str, *scopes: dict[str, Any]) -> None:
        code = compile(text, "<string>", "exec", dont_inherit=True)
        texts[text] = marshal.dumps(code, WITHOUT_REFERENCES)
        builtins.exec(code, *scopes)  # noqa: S102 - as dataclasses itself does

    vars(dataclasses)["exec"] = run
    with expressions() as found:
        package = import_module("daybook")
        for module in pkgutil.walk_packages(package.__path__, "daybook."):
            try:
                import_module(module.name)
            except ModuleNotFoundError as missing:
                if str(missing.name).partition(".")[0] not in OTHER_LAYERS:
                    raise
    return dict(sorted(texts.items())), dict(sorted(found.items(), key=repr))


if __name__ == "__main__":
    contents = recorded()
    starting = import_module("daybook.starting")
    (Path(sys.argv[1]) / "daybook" / Path(starting.COMPILED).name).write_bytes(
        starting.HEADER + marshal.dumps(contents, WITHOUT_REFERENCES)
    )
