"""Bulk exports 批量导出: tables of what a caller may see, as files for other systems. plan P8."""
