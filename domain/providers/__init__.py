"""Providers 服务商: who may diagnose, how they are trained and certified, selected, listed and rated. plan V1–V6, T1."""
