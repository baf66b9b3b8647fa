"""Daybook: bookings that cannot overlap, on AWS serverless parts."""
