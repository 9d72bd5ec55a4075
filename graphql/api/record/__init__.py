"""The record in the schema: audit trail and disclosures · 留痕."""
