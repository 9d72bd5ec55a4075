"""What several capabilities of the programme need 共用规程: dated rules, the working calendar, due process."""
