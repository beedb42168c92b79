"""People: retailers, areas, customer managers and their audiences; who is who behind an openid."""
