"""The retailers' door: WeChat's callback in, every message and call out; it knows no feature."""
