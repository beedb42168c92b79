"""Routes of broadcasts in the console: every address and its view."""

from flask import Blueprint

from broadcasts.pages import article, brands, columns, editing, library, pictures, previewing, versions, words
from console.lists.exporting import exporting

blueprint = Blueprint("broadcasts_pages", __name__, url_prefix="/console/broadcasts", template_folder="../templates")
for _rule, _view, _methods in (
    ("/articles", library.article_list, ("GET",)),
    ("/articles/export", exporting(library.ARTICLES, library.article_list), ("POST",)),
    ("/articles/new", library.new_article, ("GET", "POST")),
    ("/articles/<int:article_id>", article.article, ("GET",)),
    ("/articles/<int:article_id>/edit", editing.edit_article, ("GET", "POST")),
    ("/articles/<int:article_id>/preview", previewing.preview_article, ("GET", "POST")),
    ("/articles/<int:article_id>/publish", editing.publish_article, ("POST",)),
    ("/articles/<int:article_id>/withdraw", article.withdraw_article, ("POST",)),
    ("/articles/<int:article_id>/restore", article.restore_article, ("POST",)),
    ("/articles/<int:article_id>/discard", article.discard_article, ("POST",)),
    ("/articles/<int:article_id>/try", article.try_article, ("POST",)),
    ("/articles/<int:article_id>/versions", versions.article_versions, ("GET",)),
    ("/articles/<int:article_id>/versions/<int:number>", versions.article_version, ("GET",)),
    ("/articles/<int:article_id>/versions/<int:number>/back", versions.take_back, ("POST",)),
    ("/pictures", pictures.shelf, ("GET",)),
    ("/pictures/<sha256>", pictures.picture, ("GET",)),
    ("/columns", columns.column_list, ("GET",)),
    ("/columns/new", columns.new_column, ("POST",)),
    ("/columns/<int:column_id>", columns.change_column, ("POST",)),
    ("/columns/<int:column_id>/move", columns.move_column, ("POST",)),
    ("/columns/<int:column_id>/retire", columns.retire_column, ("POST",)),
    ("/columns/<int:column_id>/return", columns.return_column, ("POST",)),
    ("/columns/<int:column_id>/delete", columns.delete_column, ("POST",)),
    ("/brands", brands.brand_list, ("GET",)),
    ("/brands/new", brands.new_brand, ("POST",)),
    ("/brands/<int:brand_id>", brands.change_brand, ("POST",)),
    ("/brands/<int:brand_id>/retire", brands.retire_brand, ("POST",)),
    ("/brands/<int:brand_id>/return", brands.return_brand, ("POST",)),
    ("/brands/<int:brand_id>/delete", brands.delete_brand, ("POST",)),
    ("/words", words.words, ("GET",)),
    ("/words/add", words.add_words, ("POST",)),
    ("/words/remove", words.remove_words, ("POST",)),
    ("/words/same", words.add_synonyms, ("POST",)),
    ("/words/differ", words.remove_synonyms, ("POST",)),
):
    blueprint.add_url_rule(_rule, view_func=_view, methods=_methods)
