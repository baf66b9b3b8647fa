"""A booking endpoint as it is often written with FastAPI and Mangum: one read, one transaction, no more than that."""

import os
import uuid
from datetime import datetime

import boto3
from fastapi import FastAPI, HTTPException
from mangum import Mangum
from pydantic import BaseModel, EmailStr, Field

table = os.environ["DAYBOOK_TABLE"]
dynamodb = boto3.client("dynamodb")
app = FastAPI(title="Bookings")


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


@app.post("/v1/{tenant}/bookings", status_code=201)
def book(tenant: str, request: BookingRequest) -> BookingResponse:
    partition = {"S": f"T#{tenant}#H#{request.host}"}
    keys = [{"pk": partition, "sk": {"S": "HOST"}}, {"pk": partition, "sk": {"S": f"EVENTTYPE#{request.event_type}"}}]
    found = dynamodb.batch_get_item(RequestItems={table: {"Keys": keys, "ConsistentRead": True}})
    if len(found["Responses"][table]) < 2:
        raise HTTPException(status_code=404, detail="no such event type")
    booking = BookingResponse(id=str(uuid.uuid4()), status="confirmed", **request.model_dump())
    item = {
        "pk": {"S": f"T#{tenant}#B#{booking.id}"},
        "sk": {"S": "BOOKING"},
        "host": {"S": booking.host},
        "start": {"S": booking.start.isoformat()},
        "email": {"S": booking.attendee.email},
        "name": {"S": booking.attendee.name},
    }
    slot = {"pk": partition, "sk": {"S": f"SLOT#{booking.start.isoformat()}"}, "booking": {"S": booking.id}}
    free = "attribute_not_exists(pk)"
    dynamodb.transact_write_items(
        TransactItems=[{"Put": {"TableName": table, "Item": one, "ConditionExpression": free}} for one in (item, slot)]
    )
    return booking


handler = Mangum(app, lifespan="off")
