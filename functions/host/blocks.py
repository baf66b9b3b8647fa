"""List, add, change and remove the times a host is away."""

from daybook import wiring
from daybook.domain import errors
from daybook.domain.schedule import Block
from daybook.domain.tenant import Scope
from daybook.edge.access import host_of
from daybook.edge.api import Answer, endpoint, entrypoint
from daybook.edge.editing import Patch, patched
from daybook.edge.requests import Body, Call, Nothing, Query
from daybook.edge.schemas.schedule import BlockBody, BlockList, BlockView
from daybook.usecases import manage_blocks as usecase


@endpoint("GET /v1/{tenant}/hosts/{host}/blocks", returns={200: BlockList})
def list_blocks(call: Call[Nothing, Nothing]) -> Answer:
    """List the times a host is away; past ones are dropped in time."""
    call.require_key(Scope.READ, Scope.CATALOGUE, host=call.path["host"])
    blocks = sorted(host_of(call).blocks.values(), key=lambda one: (usecase.ended(one), one.id))
    return Answer(BlockList(items=[BlockView.of(one) for one in blocks], next_cursor=None))


@endpoint(
    "POST /v1/{tenant}/hosts/{host}/blocks",
    body=BlockBody,
    returns={201: BlockView},
    refuses=(errors.InvalidLocalTime,),
)
def add_block(call: Call[BlockBody, Nothing]) -> Answer:
    """Block a span, or a whole date in the host's zone. Existing bookings stay."""
    call.require_key(Scope.CATALOGUE, host=call.path["host"])
    host = host_of(call)
    block = usecase.put_block(
        call.tenant, host, call.body.to_domain(wiring.new_id()), catalogue=wiring.catalogue(), now=call.now
    )
    location = f"/v1/{call.tenant}/hosts/{host.slug}/blocks/{block.id}"
    return Answer(BlockView.of(block), status=201, headers={"Location": location})


@endpoint("GET /v1/{tenant}/hosts/{host}/blocks/{block}", returns={200: BlockView})
def show_block(call: Call[Nothing, Nothing]) -> Answer:
    """Show a block."""
    call.require_key(Scope.READ, Scope.CATALOGUE, host=call.path["host"])
    return Answer(BlockView.of(_named(call)))


@endpoint(
    "PATCH /v1/{tenant}/hosts/{host}/blocks/{block}",
    body=Patch,
    returns={200: BlockView},
    refuses=(errors.InvalidLocalTime,),
)
def change_block(call: Call[Patch, Nothing]) -> Answer:
    """Change a block."""
    call.require_key(Scope.CATALOGUE, host=call.path["host"])
    before = _named(call)
    body = patched(BlockBody, BlockBody.of(before), call.body, fixed="id", name=before.id)
    block = usecase.put_block(
        call.tenant, host_of(call), body.to_domain(before.id), catalogue=wiring.catalogue(), now=call.now
    )
    return Answer(BlockView.of(block))


@endpoint("DELETE /v1/{tenant}/hosts/{host}/blocks/{block}", returns={204: None})
def remove_block(call: Call[Nothing, Nothing]) -> Answer:
    """Remove a block; its time is open again at once."""
    call.require_key(Scope.CATALOGUE, host=call.path["host"])
    block = _named(call)
    usecase.remove_block(call.tenant, host_of(call), block.id, catalogue=wiring.catalogue())
    return Answer(status=204)


def _named(call: Call[Body, Query]) -> Block:
    block = host_of(call).blocks.get(call.path["block"])
    if block is None:
        raise errors.NotFound("No such block.")
    return block


handler = entrypoint(list_blocks, add_block, show_block, change_block, remove_block)
