"""Providers 服务商台: certificates, examinations, and what else a provider is known by. plan V1–V6, T1."""
