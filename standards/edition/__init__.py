"""The standard as data: an edition, how it is composed and read, and how two differ · 标准版本."""
