"""Chat door of visits: shops leave messages and rate the answer, managers answer."""
