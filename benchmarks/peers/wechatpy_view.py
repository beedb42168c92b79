"""The least anyone could do with wechatpy and keep what was said: verify, decrypt, insert one row, commit, reply.

The same database server, pool and worker class as ours; the unique message id is all that guards against a redelivery.
"""

import os
from datetime import UTC, datetime

from flask import Flask, Response, abort, request
from sqlalchemy import BigInteger, Column, DateTime, MetaData, String, Table, create_engine, insert
from wechatpy import create_reply, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidSignatureException

metadata = MetaData()
said = Table(
    "said",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("message_id", BigInteger, nullable=False, unique=True),
    Column("openid", String(64), nullable=False),
    Column("content", String(2048), nullable=False),
    Column("said_at", DateTime(timezone=True), nullable=False),
)


def create_app() -> Flask:
    """The whole app; its table is there already."""
    app = Flask(__name__)
    engine = create_engine(os.environ["BENCH_PEER_DATABASE"], pool_size=10, max_overflow=10)
    crypto = WeChatCrypto(
        os.environ["WECHAT_TOKEN"], os.environ["WECHAT_ENCODING_AES_KEY"], os.environ["WECHAT_APP_ID"]
    )

    @app.post("/wechat")
    def hear() -> Response:
        """One message in, one row, one encrypted reply out."""
        asked = request.args
        try:
            plain = crypto.decrypt_message(
                request.get_data(), asked.get("msg_signature"), asked.get("timestamp"), asked.get("nonce")
            )
        except InvalidSignatureException:
            abort(403)
        message = parse_message(plain)
        with engine.begin() as connection:
            connection.execute(
                insert(said).values(
                    message_id=int(message.id),
                    openid=message.source,
                    content=message.content,
                    said_at=datetime.now(UTC),
                )
            )
        reply = create_reply(f"收到:{message.content}", message)
        sealed = crypto.encrypt_message(reply.render(), asked.get("nonce"), asked.get("timestamp"))
        return Response(sealed, content_type="application/xml; charset=utf-8")

    return app
