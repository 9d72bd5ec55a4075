"""Outreach sessions 宣讲与交流: briefings, exchanges, readings of reports; who came, what was asked, how often they are held."""
