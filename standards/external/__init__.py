"""External models · 外部模型: other people's maturity models and classes, editioned, as data. plan P8, S2."""
