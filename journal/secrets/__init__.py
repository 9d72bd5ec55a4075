"""Secrets beside the journal and never in it · 密库."""
