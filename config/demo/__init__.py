"""Demo data of `make run`: six days of a small town, played through the product's own pages, chat and jobs, after a
year of months."""
