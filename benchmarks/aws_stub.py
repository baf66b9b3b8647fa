"""`python -m benchmarks.aws_stub SCENE CERTIFICATE`: AWS as far as Daybook asks it, in a process nobody measures.

It speaks TLS, by a certificate in a file with its key. Reads come from the scene; writes always succeed and change
nothing, so every fresh process meets the same table. Prints its port and ends with its standard input.
"""

import json
import re
import ssl
import sys
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

Item = Mapping[str, Mapping[str, Any]]
Asked = Mapping[str, Any]


class Table:
    """The scene's items, read by key and by stretches of partitions and indexes."""

    def __init__(self, items: list[dict[str, Any]]) -> None:
        self._items = items
        self._by_key = {self._key(item): item for item in items}

    @staticmethod
    def _key(item: Item) -> tuple[str, str]:
        return item["pk"]["S"], item["sk"]["S"]

    def get(self, asked: Asked) -> dict[str, Any]:
        found = self._by_key.get(self._key(asked["Key"]))
        return {"Item": found} if found else {}

    def batch_get(self, asked: Asked) -> dict[str, Any]:
        [(table, request)] = asked["RequestItems"].items()
        found = (self._by_key.get(self._key(key)) for key in request["Keys"])
        return {"Responses": {table: [item for item in found if item]}, "UnprocessedKeys": {}}

    def query(self, asked: Asked) -> dict[str, Any]:
        """Answer `partition = :p`, alone or with a bound on the sort key; whatever else is asked is let through."""
        values = {name: value["S"] for name, value in asked["ExpressionAttributeValues"].items() if "S" in value}
        condition = asked["KeyConditionExpression"]
        for short, name in asked.get("ExpressionAttributeNames", {}).items():
            condition = condition.replace(short, name)
        clauses = re.match(r"(\w+) = (:\w+)(?: AND (\w+) (BETWEEN|<=?|>=?) (:\w+)(?: AND (:\w+))?)?", condition)
        if clauses is None:
            raise ValueError(condition)
        partition, of, sort, how, first, last = clauses.groups()
        found = [item for item in self._items if item.get(partition, {}).get("S") == values[of]]
        if sort:
            low, high = _bounds(how, values[first], values.get(last, ""))
            found = [item for item in found if low <= item[sort]["S"] <= high]
            found.sort(key=lambda item: item[sort]["S"])
        if asked.get("Select") == "COUNT":
            return {"Count": len(found), "ScannedCount": len(found)}
        return {"Items": found, "Count": len(found), "ScannedCount": len(found)}


def _bounds(how: str, first: str, last: str) -> tuple[str, str]:
    if how == "BETWEEN":
        return first, last
    return ("", first) if how.startswith("<") else (first, chr(0x10FFFF))


def answers(scene: Mapping[str, Any]) -> Mapping[str, Callable[[Asked], Mapping[str, Any]]]:
    """Return what to say to each operation, by the name in X-Amz-Target."""
    table = Table(scene["items"])

    def update(asked: Asked) -> dict[str, Any]:
        return {"Attributes": {"hits": {"N": "1"}}} if asked.get("ReturnValues") == "UPDATED_NEW" else {}

    def batch(asked: Asked) -> dict[str, Any]:
        sent = [{"Id": one["Id"], "MessageId": one["Id"], "MD5OfMessageBody": ""} for one in asked["Entries"]]
        return {"Successful": sent, "Failed": []}

    def events(asked: Asked) -> dict[str, Any]:
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "e"} for _ in asked["Entries"]]}

    return {
        "GetItem": table.get,
        "BatchGetItem": table.batch_get,
        "Query": table.query,
        "UpdateItem": update,
        "SendMessageBatch": batch,
        "PutEvents": events,
    }


def serve(scene: Mapping[str, Any]) -> ThreadingHTTPServer:
    """Return the server, listening on a port of its own."""
    known = answers(scene)

    class Answer(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Headers and body leave in one piece; two would wait for each other's acknowledgement.
        wbufsize = -1

        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers.get("content-length", 0)))
            operation = self.headers.get("x-amz-target", "").partition(".")[2]
            if operation in known:
                self._say(json.dumps(known[operation](json.loads(asked))))
            elif self.path.startswith("/schedules/"):
                self._say('{"ScheduleArn": "arn:aws:scheduler:eu-central-1:123456789012:schedule/daybook/one"}')
            elif self.path.startswith("/v2/email/"):
                self._say('{"MessageId": "0107019c9a1e4f60"}')
            else:
                self._say("{}")

        def do_PUT(self) -> None:
            self.do_POST()

        def do_DELETE(self) -> None:
            self.do_POST()

        def do_GET(self) -> None:
            self._say(scene["mail"], "message/rfc822")

        def _say(self, text: str, content_type: str = "application/x-amz-json-1.0") -> None:
            body = text.encode()
            self.send_response(200)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return ThreadingHTTPServer(("127.0.0.1", 0), Answer)


if __name__ == "__main__":
    server = serve(json.loads(Path(sys.argv[1]).read_text()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2])
    server.socket = context.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()
