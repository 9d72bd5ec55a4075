"""The server: HTTP, WebSocket, one operation from its text to its answer · 服务端."""
