"""The past: what was known at an earlier position · 历史时点."""
