"""Markers drawn, applications marked unseen, marks opened together · 评分."""
