"""White papers and research briefs 白皮书与研究简报: requested, computed as tables of numbers, published. plan R1, R5."""
