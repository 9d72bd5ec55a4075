"""The whole record in one file, written and restored · 备份."""
