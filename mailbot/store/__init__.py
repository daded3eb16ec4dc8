"""The cases, the outbox and the audit log, and the database beneath them."""
