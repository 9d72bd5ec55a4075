"""Instants · 时刻: a moment of the journal, microseconds of UTC, as the schema shows it."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(microseconds: int) -> datetime:
    """A journal's time as UTC."""
    return EPOCH + timedelta(microseconds=microseconds)
