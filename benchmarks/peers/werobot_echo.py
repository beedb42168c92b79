"""WeRoBot as its manual sets it up in Flask: an encrypted echo. No database: nothing is kept of what was said."""

import os
from typing import Any

from flask import Flask
from werobot import WeRoBot
from werobot.contrib.flask import make_view


def create_app() -> Flask:
    """The whole app."""
    robot = WeRoBot(
        token=os.environ["WECHAT_TOKEN"],
        encoding_aes_key=os.environ["WECHAT_ENCODING_AES_KEY"],
        app_id=os.environ["WECHAT_APP_ID"],
        enable_session=False,
    )

    @robot.text
    def echo(message: Any) -> str:
        """What was said, said back."""
        return str(message.content)

    app = Flask(__name__)
    app.add_url_rule(rule="/wechat", endpoint="wechat", view_func=make_view(robot), methods=["GET", "POST"])
    return app
