"""People feature: retailers, areas, customer managers, audiences, and the identity behind an openid."""
