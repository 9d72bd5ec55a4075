"""Diagnoses in the schema · 诊断."""
