"""Bodies, queries and views of the API, and how they become domain values and back."""
