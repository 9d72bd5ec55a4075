"""Examinations of diagnosticians · 诊断师考试: paper, practical part, marks. plan T1."""
