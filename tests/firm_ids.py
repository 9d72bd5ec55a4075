"""Ids of firms in tests: under one salt, so that a test can name a firm before it is on a roster."""

from domain.participants.firm_ids import enterprise_id

SALT = "5a" * 32


def firm_id(uscc: str) -> str:
    """Id of the firm of a code."""
    return enterprise_id(SALT, uscc)
