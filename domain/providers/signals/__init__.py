"""Signals 异常信号: what a screening of records finds, with a reason, evidence and a right to answer; never a verdict. plan V5."""
