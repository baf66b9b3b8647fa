"""What the functions share: HTTP in, problems and views out."""
