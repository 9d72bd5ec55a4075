"""Revision of the standard: drafted, consulted on, reviewed, published · 标准修订."""
