"""Update expressions of the day ledger (docs/adr/0002): what may be written, and under which condition.

DynamoDB allows 300 operators and 4,096 bytes an expression (AWS: Constraints, Expression parameters). `NOT (c1 OR …)`
costs two operators a term, so up to MAX_TERMS terms are checked exactly in one expression, spelt without spaces.
Longer spans, and changes that both give and take, compare and set the day as read.
"""

from collections.abc import Mapping
from typing import Any

from daybook.adapters.dynamodb.items import HOLD, LEDGER_LIFE, SEATS, SESSION, encode_hold, expires, number_set
from daybook.adapters.dynamodb.keys import Key
from daybook.domain.ledger import PER_DAY, Hold, LedgerDay, Stake, moment_at

MAX_TERMS = 144
"""Leaves a dozen operators for sessions (limit: 150 terms, AWS: Expression operators)."""

Action = dict[str, Any]


class Expression:
    """Collects clauses, names and values of one update."""

    def __init__(self, key: Key) -> None:
        self._key = key
        self._clauses: dict[str, list[str]] = {}
        self._names: dict[str, str] = {}
        self._values: dict[str, Mapping[str, Any]] = {}
        self._conditions: list[str] = []

    def name(self, attribute: str) -> str:
        """Return the placeholder of an attribute name."""
        return self._placeholder("#", attribute, attribute, self._names)

    def value(self, hint: str, value: Mapping[str, Any]) -> str:
        """Return the placeholder of a value in wire form; the hint must be unique unless the value is the same."""
        return self._placeholder(":", hint, value, self._values)

    @staticmethod
    def _placeholder(sigil: str, hint: str, item: Any, into: dict[str, Any]) -> str:
        text = sigil + hint.replace("-", "__")
        into[text] = item
        return text

    def set(self, attribute: str, value: Mapping[str, Any]) -> None:
        self._clauses.setdefault("SET", []).append(f"{self.name(attribute)} = {self.value('new_' + attribute, value)}")

    def set_if_absent(self, attribute: str, value: Mapping[str, Any]) -> None:
        name, default = self.name(attribute), self.value("default_" + attribute, value)
        self._clauses.setdefault("SET", []).append(f"{name} = if_not_exists({name}, {default})")

    def set_path(self, path: str, value: Mapping[str, Any]) -> None:
        """Set a nested attribute; `path` is built of placeholders."""
        self._clauses.setdefault("SET", []).append(f"{path} = {self.value('nested', value)}")

    def remove_path(self, path: str) -> None:
        self._clauses.setdefault("REMOVE", []).append(path)

    def add(self, attribute: str, value: Mapping[str, Any]) -> None:
        self._clauses.setdefault("ADD", []).append(f"{self.name(attribute)} {self.value('add_' + attribute, value)}")

    def delete(self, attribute: str, value: Mapping[str, Any]) -> None:
        """Take elements out of a set."""
        self._clauses.setdefault("DELETE", []).append(f"{self.name(attribute)} {self.value('del_' + attribute, value)}")

    def remove(self, attribute: str) -> None:
        self._clauses.setdefault("REMOVE", []).append(self.name(attribute))

    def require(self, condition: str) -> None:
        self._conditions.append(condition)

    def require_same(self, attribute: str, value: Mapping[str, Any] | None) -> None:
        """The attribute must still be what was read; None: still absent."""
        name = self.name(attribute)
        if value is None:
            self.require(f"attribute_not_exists({name})")
        else:
            self.require(f"{name} = {self.value('old_' + attribute, value)}")

    def update(self) -> Action:
        """Return the action for TransactWriteItems."""
        clauses = (f"{verb} {', '.join(parts)}" for verb, parts in self._clauses.items())
        body: Action = {"Key": self._key, "UpdateExpression": " ".join(clauses)}
        if self._conditions:
            body["ConditionExpression"] = " AND ".join(self._conditions)
        if self._names:
            body["ExpressionAttributeNames"] = self._names
        if self._values:
            body["ExpressionAttributeValues"] = self._values
        return {"Update": body}


def terms(stake: Stake, day: int) -> int:
    """Count the `contains` terms an exact check of one day needs."""
    return len(stake.claim.rivals(day)) + len(stake.claim.reach(day))


def claim_day(key: Key, day: int, stake: Stake) -> Action:
    """Claim a day without having read it: the condition is the check."""
    update = Expression(key)
    own = stake.claim.elements(day)
    update.add("taken", number_set(own))
    free = f"NOT ({' OR '.join(_rivals(update, stake, day))})"
    if stake.signature is not None:
        start = stake.claim.start
        session, seats = update.name(f"{SESSION}{start}"), update.name(f"{SEATS}{start}")
        signature, capacity = update.value("sig", {"S": stake.signature}), update.value("cap", _number(stake.capacity))
        free = f"(({session} = {signature} AND {seats} < {capacity}) OR (attribute_not_exists({session}) AND {free}))"
        update.set(f"{SESSION}{start}", {"S": stake.signature})
        update.add(f"{SEATS}{start}", _number(1))
    update.require(free)
    if stake.deadline is not None:
        update.set(HOLD + stake.booking, encode_hold(Hold(stake.booking, stake.deadline, own)))
    if stake.offered and stake.claim.core(day):
        update.delete("offered", number_set(stake.claim.core(day)))
    update.set("ttl", day_ttl(day))
    return update.update()


def release_day(key: Key, day: int, stake: Stake) -> Action:
    """Give back time that no session shares. Needs no condition: the booking's own one guards it."""
    update = Expression(key)
    update.delete("taken", number_set(stake.claim.elements(day)))
    if stake.deadline is not None:
        update.remove(HOLD + stake.booking)
    if stake.offered and stake.claim.core(day):
        update.add("offered", number_set(stake.claim.core(day)))
    return update.update()


def confirm_day(key: Key, booking: str) -> Action:
    """Turn a hold into a firm claim. Valid even after the deadline as long as nobody has expired it."""
    update = Expression(key)
    update.remove(HOLD + booking)
    update.require(f"attribute_exists({update.name(HOLD + booking)})")
    return update.update()


def rewrite_day(key: Key, known: LedgerDay, after: LedgerDay) -> Action:
    """Replace what differs between a day as read and as it shall be, provided nobody changed it meanwhile."""
    update = Expression(key)
    for name in ("taken", "offered", "external"):
        old, new = getattr(known, name), getattr(after, name)
        update.require_same(name, number_set(old) if old else None)
        if old != new:
            update.set(name, number_set(new)) if new else update.remove(name)
    _rewrite_sessions(update, known, after)
    _rewrite_holds(update, known, after)
    update.set("ttl", day_ttl(known.day))
    return update.update()


def refuse_day(key: Key, day: int) -> Action:
    """Write nothing, under a condition nothing meets: so the transaction says which of its other conditions fail."""
    update = Expression(key)
    update.set("ttl", day_ttl(day))
    update.require("attribute_exists(pk)")
    update.require("attribute_not_exists(pk)")
    return update.update()


def _rewrite_sessions(update: Expression, known: LedgerDay, after: LedgerDay) -> None:
    for start in known.sessions.keys() | after.sessions.keys():
        old, new = known.sessions.get(start), after.sessions.get(start)
        if old == new:
            continue  # nor compared: to come or go, a session changes `taken`
        update.require_same(f"{SEATS}{start}", _number(old.seats) if old else None)
        update.require_same(f"{SESSION}{start}", {"S": old.signature} if old else None)
        if new is None:
            update.remove(f"{SESSION}{start}")
            update.remove(f"{SEATS}{start}")
        else:
            update.set(f"{SESSION}{start}", {"S": new.signature})
            update.set(f"{SEATS}{start}", _number(new.seats))


def _rewrite_holds(update: Expression, known: LedgerDay, after: LedgerDay) -> None:
    for hold in set(known.holds) - set(after.holds):
        if hold.booking not in {other.booking for other in after.holds}:
            update.remove(HOLD + hold.booking)
    for hold in set(after.holds) - set(known.holds):
        update.set(HOLD + hold.booking, encode_hold(hold))


def _rivals(update: Expression, stake: Stake, day: int) -> list[str]:
    taken, external = update.name("taken"), update.name("external")
    present = [(taken, element) for element in sorted(stake.claim.rivals(day))]
    present += [(external, granule) for granule in stake.claim.reach(day)]
    return [f"contains({name},{update.value(str(number), _number(number))})" for name, number in present]


def _number(value: int) -> dict[str, str]:
    return {"N": str(value)}


def day_ttl(day: int) -> dict[str, str]:
    return expires(moment_at(day * PER_DAY) + LEDGER_LIFE)
