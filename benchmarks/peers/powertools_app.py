"""A booking endpoint as Powertools' documentation teaches it: validation, tracer, metrics, idempotency."""

import os
import uuid
from datetime import datetime
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.idempotency.serialization.pydantic import PydanticSerializer
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, EmailStr, Field

logger = Logger()
tracer = Tracer()
metrics = Metrics()
app = APIGatewayHttpResolver(enable_validation=True)
table = boto3.resource("dynamodb").Table(os.environ["DAYBOOK_TABLE"])
persistence = DynamoDBPersistenceLayer(table_name=os.environ["DAYBOOK_TABLE"])
config = IdempotencyConfig(event_key_jmespath="[host, start, attendee.email]")


class Attendee(BaseModel):
    name: str = Field(max_length=200)
    email: EmailStr
    timezone: str
    language: str = "en"


class BookingRequest(BaseModel):
    host: str
    event_type: str
    start: datetime
    attendee: Attendee


class BookingResponse(BaseModel):
    id: str
    host: str
    event_type: str
    start: datetime
    status: str
    attendee: Attendee


@tracer.capture_method
@idempotent_function(
    data_keyword_argument="request",
    config=config,
    persistence_store=persistence,
    output_serializer=PydanticSerializer(model=BookingResponse),
)
def place(tenant: str, request: BookingRequest) -> BookingResponse:
    partition = f"T#{tenant}#H#{request.host}"
    if "Item" not in table.get_item(Key={"pk": partition, "sk": f"EVENTTYPE#{request.event_type}"}):
        raise NotFoundError("no such event type")
    booking = BookingResponse(id=str(uuid.uuid4()), status="confirmed", **request.model_dump())
    table.put_item(
        Item={"pk": partition, "sk": f"SLOT#{booking.start.isoformat()}", **booking.model_dump(mode="json")},
        ConditionExpression="attribute_not_exists(pk)",
    )
    return booking


@app.post("/v1/<tenant>/bookings")
@tracer.capture_method
def book(tenant: str, request: BookingRequest) -> tuple[BookingResponse, int]:
    booking = place(tenant=tenant, request=request)
    metrics.add_metric(name="Booked", unit=MetricUnit.Count, value=1)
    return booking, 201


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP)
@tracer.capture_lambda_handler
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    config.register_lambda_context(context)
    return app.resolve(event, context)
