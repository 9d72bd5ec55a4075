"""Uplift 提升幅度 between two years: worked out and kept. plan G4, R2."""
