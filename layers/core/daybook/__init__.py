"""Daybook: bookings that cannot overlap, on AWS serverless parts."""

from daybook.starting import begin

begin()
