"""Rules of visits, without a database: the owner of a request, its category, its deadlines, what a message means."""
