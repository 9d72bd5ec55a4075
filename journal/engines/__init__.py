"""The journal on SQLite and PostgreSQL · 存储引擎."""
