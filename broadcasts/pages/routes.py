"""Routes of broadcasts in the console: every address and its view."""

from flask import Blueprint

from broadcasts.pages import words

blueprint = Blueprint("broadcasts_pages", __name__, url_prefix="/console/broadcasts", template_folder="../templates")
for _rule, _view, _methods in (
    ("/words", words.words, ("GET",)),
    ("/words/add", words.add_words, ("POST",)),
    ("/words/remove", words.remove_words, ("POST",)),
    ("/words/same", words.add_synonyms, ("POST",)),
    ("/words/differ", words.remove_synonyms, ("POST",)),
):
    blueprint.add_url_rule(_rule, view_func=_view, methods=_methods)
