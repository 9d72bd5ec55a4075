"""Forms of what goes between us and counterparts 对接交换格式: receipts and results, ours until theirs are known. plan P8."""
