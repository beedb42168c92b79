"""Configuration and composition: the only package that imports all others."""
