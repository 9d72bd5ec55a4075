"""Endpoints of partners' systems 推送端点: where public events are sent, by whose wish, and until when. plan P8."""
