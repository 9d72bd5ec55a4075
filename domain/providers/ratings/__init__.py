"""Yearly rating of providers · 年度评价."""
