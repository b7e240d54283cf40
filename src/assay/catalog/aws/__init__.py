"""AWS itself: clients, credentials, pace, and the meaning of its answers and refusals."""
