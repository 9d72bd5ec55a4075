"""Engines 引擎 of SQLAlchemy over PostgreSQL: one way to make them, whatever they hold."""

from typing import Any

from sqlalchemy import Engine, create_engine


def postgres_engine(url: str, **how: Any) -> Engine:  # noqa: ANN401 - as the library takes them
    """An engine at a PostgreSQL address; how: as `create_engine`. No column is an hstore: no connection is asked for its types."""
    return create_engine(url.replace("postgresql://", "postgresql+psycopg2://", 1), use_native_hstore=False, **how)
