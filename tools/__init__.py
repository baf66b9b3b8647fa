"""Commands of the project's own upkeep."""
