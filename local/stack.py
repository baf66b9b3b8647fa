"""A whole Daybook installation on this machine, for people (`python -m local`) and for tests (`running()`)."""

import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from local import deploy, engine, gateway, neighbour, replies, side_door, stream
from local.connect_page import ConnectPage
from local.outbox import Outbox
from local.ses import Announcer, Ses
from local.state import Account, State, opened
from local.template import LocalTemplate, localised

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PROJECT = Path(__file__).parents[1]
PARAMETERS = {
    "PostsPerMinutePerAddress": "0",
    "PostsPerMinutePerTenant": "0",
    "ActiveBookingsPerEmail": "0",
    "DeletionProtection": "false",
    "MailsPerSecond": "50",
    "ReceiveReplies": "true",
    **neighbour.PARAMETERS,
}

Seed = Callable[[str, "DynamoDBClient", str, datetime], Account]
Progress = Callable[[str], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Stack:
    """A running installation.

    `url` is the API's, without a slash at the end; `api_key` has every scope; `log` is the file the engine and the
    functions write to. `engine` gives clients of what plays AWS (`engine.dynamodb()`, `engine.url`), `outbox` the mails
    that were sent, `ses` what goes wrong with the next ones, `google` the calendars hosts can connect.
    """

    url: str
    tenant: str
    api_key: str
    table: str
    engine: engine.Engine
    log: Path
    outbox: Outbox
    ses: Ses
    google: neighbour.Neighbour

    @property
    def outbox_url(self) -> str:
        """Where the mails that were sent can be read."""
        return self.url + side_door.OUTBOX

    @property
    def connect_url(self) -> str:
        """Where hosts can be connected with the local Google."""
        return self.url + side_door.CONNECT


@dataclass(frozen=True, slots=True)
class Options:
    """How to run an installation.

    Args:
        state: a directory to continue from and to save to; None for one that goes away with the installation.
        port: 0 for any that is free.
        parameters: of the template, on top of those every local installation has.
        template: the SAM template to deploy.
        seed: fills a state that has no tenant yet; None for the demo.
    """

    state: Path | None = None
    host: str = "127.0.0.1"
    port: int = 0
    fresh: bool = False
    enforce_iam: bool = False
    parameters: Mapping[str, str] | None = None
    template: Path = PROJECT / "template.yaml"
    seed: Seed | None = None


def _silently(_: str) -> AbstractContextManager[None]:
    return nullcontext()


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def running(options: Options | None = None, *, progress: Progress = _silently) -> Iterator[Stack]:
    """Run an installation; several at a time get along. It is ready when the block begins and saved when it ends.

    Raises:
        StartFailedError: the port or the state directory is taken, or the template cannot be deployed.
    """
    options = options or Options()
    with ExitStack() as stack:
        # The port comes first: a start that fails for it must not have dropped anything.
        listener = stack.enter_context(gateway.listen(options.host, options.port))
        url = gateway.url_of(listener)
        directory = options.state or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="daybook-")))
        state = stack.enter_context(opened(directory, fresh=options.fresh))
        beside = options.port + 1 if options.port else 0
        google = stack.enter_context(neighbour.neighbour(state.google, url, options.host, beside))
        with progress("Starting the engine"):
            running_engine = stack.enter_context(_engine(state, options))
        with progress("Deploying template.yaml"):
            template, names = _deploy(running_engine, url, google, options)
            neighbour.keep_secret(running_engine)
            table = names[template.table]
        outbox = Outbox(state.mail)
        announcer = stack.enter_context(closing(Announcer(running_engine)))
        ses = Ses(outbox, _now, announcer.wanted, announcer.publish)
        inbox = replies.Inbox(running_engine, template.receipt, names, _now)
        sweep = side_door.Sweep(running_engine, names.get("SweepCalendarsFunction", ""))
        connecting = ConnectPage(url, google, state.account)
        door = side_door.SideDoor(outbox, ses, inbox, sweep, connecting)
        stack.enter_context(_answering(gateway.Gateway(listener, running_engine.port, door)))
        stack.enter_context(replies.watching(state.replies, inbox))
        # While the door is open: functions have mails to hand in.
        stack.callback(running_engine.rest)
        running_engine.work()
        followers = [stream.follower(mapping, names) for mapping in template.mappings]
        stack.enter_context(stream.pumping(running_engine, table, followers))
        account = state.account()
        if account is None:
            with progress("Creating the demo tenant"):
                account = _seed(state, running_engine, url, table, options.seed)
        yield Stack(url, account.tenant, account.api_key, table, running_engine, state.log, outbox, ses, google)


def _engine(state: State, options: Options) -> AbstractContextManager[engine.Engine]:
    return engine.started(state, persist=options.state is not None, enforce_iam=options.enforce_iam)


def _deploy(
    running_engine: engine.Engine, url: str, google: neighbour.Neighbour, options: Options
) -> tuple[LocalTemplate, dict[str, str]]:
    """Deploy the template; return it with the physical names of its resources by logical name."""
    environment = {"AWS_ENDPOINT_URL_SESV2": url + side_door.MAILER, "DAYBOOK_BASE_URL": url, **google.environment}
    template = localised(options.template, environment)
    deploy.deploy(running_engine, template.body, {**PARAMETERS, **(options.parameters or {})})
    return template, deploy.names(running_engine)


@contextmanager
def _answering(door: gateway.Gateway) -> Iterator[None]:
    thread = threading.Thread(target=door.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True, name="gateway")
    thread.start()
    try:
        yield
    finally:
        door.shutdown()
        thread.join()
        door.server_close()


def _seed(state: State, running_engine: engine.Engine, url: str, table: str, seed: Seed | None) -> Account:
    if seed is None:
        from local import demo  # noqa: PLC0415 - a stack with a seed of its own works without the demo's code

        seed = demo.seed
    account = seed(url, running_engine.dynamodb(), table, _now())
    # In this order: an account in the directory promises that the engine has saved what belongs to it.
    running_engine.save()
    state.keep(account)
    return account
