"""A provider's application for the year's directory · 申报."""
