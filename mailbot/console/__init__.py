"""The privacy officer's pages."""
