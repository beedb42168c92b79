"""Every sentence of visits, by who says it."""
