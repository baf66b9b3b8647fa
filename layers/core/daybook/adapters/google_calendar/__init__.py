"""Google Calendar by Google's own client: imported by the functions that talk to Google, and by no other."""
