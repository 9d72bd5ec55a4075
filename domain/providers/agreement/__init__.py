"""Agreement 一致性 of assessments on each indicator of an edition: worked out by year, never about a person. plan S5, V5."""
