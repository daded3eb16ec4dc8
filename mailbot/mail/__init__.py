"""Reading mail over IMAP, sending it over SMTP, and judging where it came from."""
