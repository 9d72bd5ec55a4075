"""What others hold the journal to account by: Merkle tree, checkpoints, proofs, witnesses · 透明日志."""
