"""Finding and changing what the systems of record hold on a person."""
