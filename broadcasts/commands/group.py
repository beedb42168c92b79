"""Command group of broadcasts: `flask broadcasts …`, put together from the subjects' commands."""

from broadcasts.commands import pushes
from people.commands import Sentences

broadcasts = Sentences("broadcasts", help="微培育：资料库、推送、结果。")
for _command in (
    pushes.push,
    pushes.submit,
    pushes.approve,
    pushes.reject,
    pushes.pause,
    pushes.resume,
    pushes.cancel,
):
    broadcasts.add_command(_command)
