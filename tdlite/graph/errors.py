"""Errors that speak for themselves: their text is the message a user sees."""

from __future__ import annotations


class TdError(Exception):
    """Base of tdlite's own errors about networks; the text needs no type name before it."""

    is_message = True


class OpError(TdError):
    """An operator, a name or a path that is not there or cannot be used so."""


class ParError(TdError, AttributeError, ValueError):
    """A parameter that does not exist, or a value that it cannot take."""
