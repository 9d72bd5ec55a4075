"""What runs beside the server · 后台任务."""
