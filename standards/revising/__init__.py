"""The standard as it is revised, clause by clause · 标准修订."""
