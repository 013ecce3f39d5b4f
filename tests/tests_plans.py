"""Planning as a user asks for it, in one call."""

from api.usecases.patrol import plan_request
from api.usecases.wishes import Wishes, read_request


def plan_day(context, on, bases, hours, **choices):
    return plan_request(context, read_request(context, on, Wishes(tuple(bases), hours, **choices)))
