"""Governance 共用规程 as read models: dated rules, the working calendar, proceedings."""
