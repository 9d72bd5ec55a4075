"""Yearly subsidy of providers · 年度补贴."""
