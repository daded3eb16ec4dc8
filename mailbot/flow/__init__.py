"""The steps from a mail to its answer, each in a transaction of its own."""
