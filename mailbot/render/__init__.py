"""Replies and data copies, made from templates."""
