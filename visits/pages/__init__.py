"""The console's door of visits."""
