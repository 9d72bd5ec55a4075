"""The diagnosis of one firm, from opening to a confirmed report · 诊断."""
