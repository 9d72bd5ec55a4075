"""Governance 共用规程 in the schema: dated rules, the working calendar, proceedings."""
