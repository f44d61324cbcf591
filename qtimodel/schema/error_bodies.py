"""What an answer of the API says when it refuses: which keys the body has at each status.

Strategy: one table of what the API allows; the answers of our operations (`ApiError.body`) are among it. Every value is a text.
"""

from __future__ import annotations

import attrs

__all__ = ["ERROR_BODIES", "KEYS", "ErrorBody"]


@attrs.frozen
class ErrorBody:
    """The keys of a body, and those that it may have beside them."""

    needed: tuple[str, ...] = ("error",)
    optional: tuple[str, ...] = ()


KEYS = {
    "error": "What is wrong, in a few words.",
    "message": "What is wrong, for people.",
    "details": "More of it: which field, and why.",
    "eventId": "The number under which the service has logged it.",
}
"""What each key says."""

ERROR_BODIES = {
    400: ErrorBody(optional=("details",)),
    404: ErrorBody(optional=("details",)),
    409: ErrorBody(optional=("details",)),
    500: ErrorBody(needed=("error", "message", "details"), optional=("eventId",)),
    501: ErrorBody(),
}
"""The body of each status. Source: the API's OpenAPI documents; 409 is ours, and has the body of 400."""
