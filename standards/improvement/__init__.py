"""What-if: the cheapest steps of one firm to a wanted grade, with its proof · 提升测算."""
