"""Runs the flow for as long as the process lives, with the console beside it."""
