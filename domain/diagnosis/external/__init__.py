"""Others' assessments of firms, brought in by batch and judged row by row · 外部评估结果."""
