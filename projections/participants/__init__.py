"""Read models of who takes part · 参与方."""
