"""Over-statement 自评偏高 of self-assessments by provider and district: asked for by the city, beside severity. plan P3, G4."""
