"""What the demo's bank does when the shopper has told it to."""

from datetime import datetime, timedelta

from shop.models import Order, Payment
from shop.providers.base import State
from shop.providers.demo import DemoProvider

from . import payments


def act(*, number: str, choice: str, now: datetime) -> None:
    """Pay, decline, pay when the time is over, or pay twice; any other choice is to walk away."""
    acts = {"pay": _pay, "decline": _decline, "late": _pay_late, "twice": _pay_twice}
    if choice in acts:
        acts[choice](Order.objects.get(number=number), now)


def _pay(order: Order, now: datetime) -> None:
    _say(order.payments.latest("pk"), State.DONE, now)


def _decline(order: Order, now: datetime) -> None:
    _say(order.payments.latest("pk"), State.FAILED, now)


def _pay_late(order: Order, now: datetime) -> None:
    Order.objects.filter(pk=order.pk).update(pay_by=now - timedelta(seconds=1))
    payments.expire(number=order.number, now=now)
    _pay(order, now)


def _pay_twice(order: Order, now: datetime) -> None:
    _pay(order, now)
    again = Payment.objects.create(**payments.attempt_fields(order, now))
    _say(again, State.DONE, now)


def _say(payment: Payment, state: State, now: datetime) -> None:
    """Send a message as a provider does, by the way that every one of them takes."""
    provider = DemoProvider()
    body, headers = provider.message(payment, state, now)
    event = provider.read_event(body, headers, now)
    payments.receive(provider=provider.name, event=event, now=now)
