"""Enterprise feedback 企业反馈: what firms say after each milestone, and what becomes of it. plan P6."""
