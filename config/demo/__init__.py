"""The demo of `make run`: a small town's last six days, gone through by the product's own doors."""
