"""A mail daemon that answers people who use their rights under the GDPR."""

__version__ = "0.1.0"
