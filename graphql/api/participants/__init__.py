"""Who takes part, in the schema · 参与方."""
