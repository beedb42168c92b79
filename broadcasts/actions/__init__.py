"""Actions of broadcasts: writing articles, planning pushes, crediting openings and answers."""
