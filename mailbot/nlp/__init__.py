"""What a mail asks for, read by a model that may answer that it does not know."""
