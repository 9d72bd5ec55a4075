"""Others' assessments of firms from Excel, CSV or a JSON package, checked row by row · 外部评估结果文件."""
