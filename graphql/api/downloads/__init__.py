"""Files over HTTP, beside GraphQL · 文件下载."""
