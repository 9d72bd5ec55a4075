"""Read models of diagnoses · 诊断."""
