"""Pages that the program prints of itself · 说明页."""
