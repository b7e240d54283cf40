"""AWS itself: clients, credentials, pace, and what its answers and refusals mean."""
