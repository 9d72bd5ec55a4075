"""Uplift 提升幅度 from first to second diagnosis: asked for by the city, worked out by the program. plan G4, R2."""
