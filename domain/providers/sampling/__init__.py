"""Sampled re-assessment 抽样评估: jobs are drawn so that anyone can repeat it, and assessed again blind. plan V5."""
