"""What is taken away and checked elsewhere: dossiers, exports, provenance · 出证."""
