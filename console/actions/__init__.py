"""Console actions: accounts, sign-in, second step, sessions."""
