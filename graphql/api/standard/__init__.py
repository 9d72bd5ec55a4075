"""The standard in the schema · 标准."""
