"""Routes of the console's own pages."""

from flask import Blueprint

from console.lists import looking
from console.lists.exporting import exporting
from console.pages import account, dashboard, email, finding, log, second, tasks, waiting

blueprint = Blueprint("console", __name__, url_prefix="/console", template_folder="../templates")
for _rule, _view, _methods in (
    ("/", dashboard.home, ("GET",)),
    ("/sign-in", account.sign_in, ("GET", "POST")),
    ("/sign-out", account.sign_out, ("POST",)),
    ("/password", account.password, ("GET", "POST")),
    ("/email", email.email, ("GET", "POST")),
    ("/second", second.second, ("GET", "POST")),
    ("/second/set-up", second.set_up_second, ("GET", "POST")),
    ("/second/off", second.drop_second, ("POST",)),
    ("/sessions", account.session_list, ("GET",)),
    ("/sessions/<int:session_id>/end", account.end_session, ("POST",)),
    ("/audit", log.audit_log, ("GET",)),
    ("/audit/export", exporting(log.AUDIT, log.audit_log), ("POST",)),
    ("/find", finding.find, ("GET",)),
    ("/find/hits", finding.find_hits, ("GET",)),
    ("/waiting", waiting.waiting, ("GET",)),
    ("/columns", looking.choose_columns, ("POST",)),
    ("/filters", looking.save_filter, ("POST",)),
    ("/tasks", tasks.task_list, ("GET",)),
    ("/tasks/<int:task_id>", tasks.task, ("GET",)),
    ("/tasks/<int:task_id>/progress", tasks.task_progress, ("GET",)),
    ("/tasks/<int:task_id>/file", tasks.task_file, ("GET",)),
):
    blueprint.add_url_rule(_rule, view_func=_view, methods=_methods)
