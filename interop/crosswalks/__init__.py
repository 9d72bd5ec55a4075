"""Crosswalks in the format that others exchange them in: SSSOM · 对照的交换格式."""
