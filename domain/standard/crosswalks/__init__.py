"""Crosswalks to external models: proposed, reviewed row by row, published as versions · 外部模型对照."""
