"""Equating 等值 of totals with the levels of another body's model, from firms with both: asked for by the city. plan P8."""
