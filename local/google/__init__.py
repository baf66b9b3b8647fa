"""A Google of one's own: sign-in with consent, and the Calendar API v3, held to its discovery document.

What Google documents it does; where the documents are silent it does what is hardest on a client (times come back in
another zone, deleted events bare, every write tells every channel). Not modelled, and answered 501: batch requests,
sharing, colours, settings, import, move, quickAdd, watching anything but events.
"""
