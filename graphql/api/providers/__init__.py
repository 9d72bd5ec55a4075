"""Providers 服务商 in the schema. plan V1–V6, T1."""
