"""Payments 付款: lists that the treasury pays by. plan I1."""
