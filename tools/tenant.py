"""Create a tenant and print its first key: `make tenant NAME="Ada's practice" EMAIL=ada@example.com SLUG=ada`."""

import argparse
import re
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import boto3

from daybook import wiring
from daybook.adapters.dynamodb.access import DynamoAccess
from daybook.domain.errors import DaybookError
from daybook.usecases.create_tenant import create_tenant

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def provision(client: "DynamoDBClient", table: str, *, name: str, slug: str, email: str, now: datetime) -> str:
    """Write a tenant with its secret and an admin key; return the key's text. Raises Exists, ValidationFailed."""
    return create_tenant(
        slug,
        name,
        email,
        access=DynamoAccess(client, table),
        new_id=wiring.new_id,
        new_secret=wiring.new_secret,
        tenant_secret=wiring.new_tenant_secret(),
        now=now,
    )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make tenant", description=__doc__)
    parser.add_argument("--name", required=True, help="shown to attendees")
    parser.add_argument("--email", required=True, help="whom to reach about the tenant")
    parser.add_argument("--slug", help="in every path; made from the name unless given")
    parser.add_argument("--table", required=True, help="output TableName of the stack")
    given = parser.parse_args(arguments)
    slug = given.slug or re.sub(r"[^a-z0-9]+", "-", given.name.lower()).strip("-")
    try:
        key = provision(
            boto3.client("dynamodb"), given.table, name=given.name, slug=slug, email=given.email, now=datetime.now(UTC)
        )
    except DaybookError as refusal:
        print(f"{refusal.title}: {refusal}", file=sys.stderr)
        return 1
    print(f"tenant  {slug}\nkey     {key}\nKeep the key: it is not shown again.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
