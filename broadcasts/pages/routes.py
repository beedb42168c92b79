"""Routes of broadcasts in the console: every address and its view."""

from flask import Blueprint

blueprint = Blueprint("broadcasts_pages", __name__, url_prefix="/console/broadcasts", template_folder="../templates")
