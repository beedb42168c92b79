"""Command group of broadcasts: `flask broadcasts …`, put together from the subjects' commands."""

from broadcasts.commands import library, pushes, reports, searching
from wechat_bot.command_line import CommandGroup

broadcasts = CommandGroup("broadcasts", help="微培育：资料库、推送、结果。")
for _command in (
    library.article,
    pushes.push,
    pushes.submit,
    pushes.approve,
    pushes.reject,
    pushes.pause,
    pushes.resume,
    pushes.cancel,
    pushes.forecast,
    reports.report,
    reports.missed,
    searching.search,
):
    broadcasts.add_command(_command)
