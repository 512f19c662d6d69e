"""What an auditor gets: one file that checks an archive without docscan."""
