"""Exchange with counterparts' platforms 对接平台传送: by a folder, SFTP or HTTP, as the operator sets it. plan P8."""
