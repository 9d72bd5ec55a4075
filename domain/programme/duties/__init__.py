"""Duties of the task force 专班任务: pieces of work, the body that leads each, and what bodies are good at. plan O1."""
