"""Accounts: who may come in, by which secret · 账户."""
