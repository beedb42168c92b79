"""Routes of visits in the console: every address and its view."""

from flask import Blueprint

from console.lists.exporting import exporting
from visits.pages import canned, groups, hands, inbox, plans, reports, settings, thread

blueprint = Blueprint("visits_pages", __name__, url_prefix="/console/visits", template_folder="../templates")
for _rule, _name, _view, _methods in (
    ("", "inbox", inbox.inbox, ("GET",)),
    ("/export", "inbox_export", exporting(inbox.INBOX, inbox.inbox), ("POST",)),
    ("/lines", "lines", inbox.lines, ("GET",)),
    ("/hand-over", "hand_over", inbox.hand_over, ("POST",)),
    ("/hands", "hands", hands.hands, ("GET",)),
    ("/<int:number>", "thread", thread.show, ("GET",)),
    ("/<int:number>", "act", thread.press, ("POST",)),
    ("/<int:number>/news", "news", thread.news, ("GET",)),
    ("/kept/<token>", "kept_picture", thread.kept_picture, ("GET",)),
    ("/<int:number>/state", "state", thread.state, ("GET",)),
    ("/<int:number>/media/<int:message_id>", "media", thread.file, ("GET",)),
    ("/canned", "canned", canned.listing, ("GET",)),
    ("/canned/new", "canned_new", canned.edit, ("GET", "POST")),
    ("/canned/<int:canned_id>", "canned_edit", canned.edit, ("GET", "POST")),
    ("/canned/<int:canned_id>/drop", "canned_drop", canned.drop, ("POST",)),
    ("/groups", "groups", groups.groups, ("GET",)),
    ("/groups/export", "groups_export", exporting(groups.GROUPS, groups.groups), ("POST",)),
    ("/groups/<int:group_id>/export", "group_export", exporting(groups.MEMBERS, groups.group), ("POST",)),
    ("/groups/new", "group_write", groups.write, ("GET", "POST")),
    ("/groups/<int:group_id>", "group", groups.group, ("GET",)),
    ("/groups/<int:group_id>/cancel", "group_cancel", groups.cancel, ("POST",)),
    ("/groups/<int:group_id>/picture", "group_picture", groups.picture, ("GET",)),
    ("/plans", "plans", plans.plans, ("GET",)),
    ("/plans/export", "plans_export", exporting(plans.PLANS, plans.plans), ("POST",)),
    ("/plans/new", "plan_new", plans.edit, ("GET", "POST")),
    ("/plans/<int:plan_id>", "plan", plans.plan, ("GET",)),
    ("/plans/<int:plan_id>/export", "plan_export", exporting(plans.DUE, plans.plan), ("POST",)),
    ("/plans/<int:plan_id>/edit", "plan_edit", plans.edit, ("GET", "POST")),
    ("/plans/<int:plan_id>/end", "plan_end", plans.end, ("POST",)),
    ("/quiet", "quiet", plans.quiet, ("GET",)),
    ("/quiet/export", "quiet_export", exporting(plans.QUIET, plans.quiet), ("POST",)),
    ("/visited/<int:retailer_id>", "visited", plans.visited, ("POST",)),
    ("/made/<int:visit_id>/undo", "undo_visit", plans.undo_visit, ("POST",)),
    ("/reports", "report", reports.report, ("GET",)),
    ("/reports/requests", "report_requests", reports.requests, ("GET",)),
    ("/reports/requests/export", "report_requests_export", exporting(reports.REQUESTS, reports.requests), ("POST",)),
    ("/reports/export", "report_export", exporting(reports.REPORT, reports.report), ("POST",)),
    ("/settings", "settings", settings.overview, ("GET",)),
    ("/settings/policy", "policy", settings.policy, ("GET", "POST")),
    ("/settings/policy/<int:class_id>", "policy", settings.policy, ("GET", "POST")),
    ("/settings/policy/<int:class_id>/drop", "drop_policy", settings.drop_policy, ("POST",)),
    ("/settings/hours", "hours", settings.week, ("GET", "POST")),
    ("/settings/days", "special_days", settings.days, ("GET", "POST")),
    ("/settings/days/<day>/drop", "drop_day", settings.drop_day, ("POST",)),
    ("/settings/categories/new", "category", settings.category, ("GET", "POST")),
    ("/settings/categories/<int:category_id>", "category", settings.category, ("GET", "POST")),
    ("/settings/categories/<int:category_id>/retire", "retire", settings.retire, ("POST",)),
):
    blueprint.add_url_rule(_rule, _name, _view, methods=_methods)
