"""The report 诊断报告: a diagnosis printed as a PDF. plan P4."""
