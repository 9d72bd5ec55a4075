"""Read models of the standard · 标准."""
