"""The yearly call for providers, from its opening to the directory adopted · 征集."""
