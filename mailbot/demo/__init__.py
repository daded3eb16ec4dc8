"""An embedded mail server, register and sample mails to see the whole at work."""
