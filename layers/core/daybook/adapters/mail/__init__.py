"""Mails: what they say, in which language, on whose clock, and how they are put together."""
