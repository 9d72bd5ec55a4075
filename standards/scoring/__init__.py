"""Scoring: answers to points, total, grade, with every reason · 评分."""
