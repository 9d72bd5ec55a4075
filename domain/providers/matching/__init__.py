"""Matching of a batch of firms to providers 批量派单."""
