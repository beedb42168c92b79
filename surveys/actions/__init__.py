"""What can be done with surveys: writing them, answering them, counting them, inviting to them."""
