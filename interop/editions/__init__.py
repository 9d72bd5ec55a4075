"""An edition as Excel, OSCAL and documents · 标准文件."""
