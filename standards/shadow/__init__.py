"""Re-scoring finished diagnoses under another edition, and what would move them · 影子测算."""
