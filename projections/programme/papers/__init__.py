"""White papers and research briefs 白皮书与研究简报: worked out, kept, and set. plan R1, R5."""
