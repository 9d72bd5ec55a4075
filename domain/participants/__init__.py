"""Who takes part: organisations, people, enterprises, and what they let each other see · 参与方."""
