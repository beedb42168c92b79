"""First schema: every table, as `python -m tools.first_schema` wrote it from the models.

Search tables, triggers and first rows are not here: `migrations.schema.upgrade` makes them after every migration.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from foundation.database import Json, Moment

revision = "r0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_use",
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("what", "day_on", name=op.f("pk_account_use")),
    )
    op.create_table(
        "beat",
        sa.Column("worker", sa.String(length=100), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("beat_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_beat")),
    )
    op.create_table(
        "bind_tries",
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("openid", "day_on", name=op.f("pk_bind_tries")),
    )
    op.create_table(
        "brand",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("retired_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brand")),
        sa.UniqueConstraint("name", name=op.f("uq_brand_name")),
    )
    op.create_table(
        "broadcast_column",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("is_open", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("is_brand", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("retired_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast_column")),
        sa.UniqueConstraint("name", name=op.f("uq_broadcast_column_name")),
    )
    op.create_table(
        "campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("audience", Json, nullable=True),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("not_after", Moment(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("frozen_at", Moment(), nullable=True),
        sa.Column("last_shop", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cursor", sa.Integer(), server_default="0", nullable=False),
        sa.Column("quota_month", sa.Integer(), nullable=True),
        sa.Column("cut_to", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refused_in_row", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("resumed", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("is_withdrawing", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("is_late", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("error", sa.String(length=300), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("approved", sa.String(length=64), nullable=True),
        sa.Column("paused_because", sa.String(length=300), nullable=True),
        sa.Column("token", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("kind", "reference", "number", name=op.f("uq_campaign_kind_reference_number")),
        sa.UniqueConstraint("token", name=op.f("uq_campaign_token")),
    )
    op.create_index(
        "ix_campaign_bound",
        "campaign",
        ["kind"],
        unique=False,
        sqlite_where=sa.text("state in ('submitted', 'planned')"),
        postgresql_where=sa.text("state in ('submitted', 'planned')"),
    )
    op.create_index(
        "ix_campaign_due",
        "campaign",
        ["kind", "due_at"],
        unique=False,
        sqlite_where=sa.text("state in ('planned', 'listing', 'sending')"),
        postgresql_where=sa.text("state in ('planned', 'listing', 'sending')"),
    )
    op.create_index(
        "ix_campaign_paused",
        "campaign",
        ["kind"],
        unique=False,
        sqlite_where=sa.text("state = 'paused'"),
        postgresql_where=sa.text("state = 'paused'"),
    )
    op.create_index(
        "ix_campaign_withdrawing",
        "campaign",
        ["kind"],
        unique=False,
        sqlite_where=sa.text("is_withdrawing"),
        postgresql_where=sa.text("is_withdrawing"),
    )
    op.create_table(
        "campaign_recipient",
        sa.Column("campaign_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("retailer_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=True),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.String(length=16), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("delivery_id", sa.Integer(), nullable=True),
        sa.Column("part", sa.SmallInteger(), nullable=True),
        sa.Column("is_opened", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("acted_at", Moment(), nullable=True),
        sa.Column("opened_at", Moment(), nullable=True),
        sa.Column("asked_at", Moment(), nullable=True),
        sa.Column("gone_at", Moment(), nullable=True),
        sa.CheckConstraint("(why IS NULL) <> (outcome IS NULL)", name=op.f("ck_campaign_recipient_left_out_or_meant")),
        sa.PrimaryKeyConstraint("campaign_id", "retailer_id", name=op.f("pk_campaign_recipient")),
    )
    op.create_index(
        "ix_campaign_recipient_acted",
        "campaign_recipient",
        ["campaign_id", "retailer_id"],
        unique=False,
        sqlite_where=sa.text("acted_at is not null"),
        postgresql_where=sa.text("acted_at is not null"),
    )
    op.create_index(
        "ix_campaign_recipient_delivery_id",
        "campaign_recipient",
        ["delivery_id"],
        unique=False,
        sqlite_where=sa.text("delivery_id is not null"),
        postgresql_where=sa.text("delivery_id is not null"),
    )
    op.create_index(
        "ix_campaign_recipient_gone",
        "campaign_recipient",
        ["gone_at"],
        unique=False,
        sqlite_where=sa.text("gone_at is not null"),
        postgresql_where=sa.text("gone_at is not null"),
    )
    op.create_index(
        "ix_campaign_recipient_left_out",
        "campaign_recipient",
        ["campaign_id", "retailer_id"],
        unique=False,
        sqlite_where=sa.text("outcome is null"),
        postgresql_where=sa.text("outcome is null"),
    )
    op.create_index(
        "ix_campaign_recipient_opened",
        "campaign_recipient",
        ["campaign_id", "retailer_id"],
        unique=False,
        sqlite_where=sa.text("is_opened"),
        postgresql_where=sa.text("is_opened"),
    )
    op.create_index(
        "ix_campaign_recipient_openid",
        "campaign_recipient",
        ["openid", "campaign_id"],
        unique=False,
        sqlite_where=sa.text("openid is not null"),
        postgresql_where=sa.text("openid is not null"),
    )
    op.create_index(
        "ix_campaign_recipient_outcome", "campaign_recipient", ["campaign_id", "outcome", "retailer_id"], unique=False
    )
    op.create_index(
        "ix_campaign_recipient_part",
        "campaign_recipient",
        ["campaign_id", "part", "retailer_id"],
        unique=False,
        sqlite_where=sa.text("part is not null"),
        postgresql_where=sa.text("part is not null"),
    )
    op.create_table(
        "classroom_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=40), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("written_by", sa.String(length=40), nullable=False),
        sa.Column("written_at", Moment(), nullable=False),
        sa.Column("withdrawn_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_classroom_answer")),
    )
    op.create_table(
        "course",
        sa.Column("is_for_staff", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("before", Json, nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("draft", Json, nullable=False),
        sa.Column("stamp", sa.Integer(), server_default="0", nullable=False),
        sa.Column("drafted_at", Moment(), nullable=True),
        sa.Column("drafted_by", sa.String(length=40), server_default="", nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("opens_at", Moment(), nullable=True),
        sa.Column("closes_at", Moment(), nullable=True),
        sa.Column("is_for_everyone", sa.Boolean(), nullable=False),
        sa.Column("waves", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("published_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
    )
    op.create_table(
        "course_certificate_try",
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("hour", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("address", "hour", name=op.f("pk_course_certificate_try")),
    )
    op.create_table(
        "course_media",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("content_type", sa.String(length=32), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.SmallInteger(), nullable=True),
        sa.Column("height", sa.SmallInteger(), nullable=True),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.Column("made_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_course_media")),
    )
    op.create_index(op.f("ix_course_media_made_at"), "course_media", ["made_at"], unique=False)
    op.create_table(
        "course_saving_rate",
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("shop_yuan", sa.Integer(), nullable=False),
        sa.Column("venue_yuan", sa.Integer(), nullable=False),
        sa.Column("venues", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.String(length=40), nullable=False),
        sa.Column("set_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("from_on", name=op.f("pk_course_saving_rate")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=True),
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=True),
        sa.Column("message", Json, nullable=False),
        sa.Column("template", Json, nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=True),
        sa.Column("lane", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("not_after", Moment(), nullable=True),
        sa.Column("spares", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("heeds_quiet", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("watch", sa.String(length=32), nullable=True),
        sa.Column("has_news", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("first_attempt_at", Moment(), nullable=True),
        sa.Column("fence", sa.String(length=32), nullable=True),
        sa.Column("lease_until", Moment(), nullable=True),
        sa.Column("msgid", sa.String(length=32), nullable=True),
        sa.Column("error_code", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(length=300), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("key", name=op.f("uq_delivery_key")),
    )
    op.create_index(op.f("ix_delivery_about"), "delivery", ["about"], unique=False)
    op.create_index(
        "ix_delivery_due",
        "delivery",
        ["lane", "due_at", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ix_delivery_held",
        "delivery",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'held'"),
        postgresql_where=sa.text("state = 'held'"),
    )
    op.create_index(
        "ix_delivery_left",
        "delivery",
        ["about", "state"],
        unique=False,
        sqlite_where=sa.text("state not in ('sent', 'delivered')"),
        postgresql_where=sa.text("state not in ('sent', 'delivered')"),
    )
    op.create_index(op.f("ix_delivery_msgid"), "delivery", ["msgid"], unique=False)
    op.create_index(
        "ix_delivery_news",
        "delivery",
        ["watch", "id"],
        unique=False,
        sqlite_where=sa.text("has_news"),
        postgresql_where=sa.text("has_news"),
    )
    op.create_index(
        "ix_delivery_open",
        "delivery",
        ["openid", "lane", "id"],
        unique=False,
        sqlite_where=sa.text("state in ('pending', 'sending', 'held')"),
        postgresql_where=sa.text("state in ('pending', 'sending', 'held')"),
    )
    op.create_index(
        "ix_delivery_said",
        "delivery",
        ["openid", "settled_at"],
        unique=False,
        sqlite_where=sa.text("about is not null and state in ('sent', 'delivered', 'unsure')"),
        postgresql_where=sa.text("about is not null and state in ('sent', 'delivered', 'unsure')"),
    )
    op.create_index(
        "ix_delivery_sending",
        "delivery",
        ["lease_until"],
        unique=False,
        sqlite_where=sa.text("state = 'sending'"),
        postgresql_where=sa.text("state = 'sending'"),
    )
    op.create_index(
        "ix_delivery_trouble",
        "delivery",
        ["state", "settled_at"],
        unique=False,
        sqlite_where=sa.text("state in ('unsure', 'failed')"),
        postgresql_where=sa.text("state in ('unsure', 'failed')"),
    )
    op.create_table(
        "effect_month",
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("filed_at", Moment(), nullable=False),
        sa.Column("took_ms", sa.Integer(), server_default="0", nullable=False),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.Column("closed_by", sa.String(length=40), nullable=True),
        sa.Column("recounted_at", Moment(), nullable=True),
        sa.Column("recounted_by", sa.String(length=40), nullable=True),
        sa.Column("sent_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_effect_month")),
    )
    op.create_table(
        "effect_paper",
        sa.Column("measure", sa.String(length=40), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("said", sa.String(length=60), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=True),
        sa.Column("of", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("set_by", sa.String(length=40), nullable=False),
        sa.Column("set_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("measure", "from_on", name=op.f("pk_effect_paper")),
    )
    op.create_table(
        "effect_recount",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("measure", sa.String(length=40), nullable=False),
        sa.Column("n_before", sa.BigInteger(), nullable=False),
        sa.Column("of_before", sa.BigInteger(), nullable=True),
        sa.Column("n_after", sa.BigInteger(), nullable=False),
        sa.Column("of_after", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_effect_recount")),
    )
    op.create_index(op.f("ix_effect_recount_month"), "effect_recount", ["month"], unique=False)
    op.create_table(
        "effect_sms_price",
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("mills", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("set_by", sa.String(length=40), nullable=False),
        sa.Column("set_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("from_on", name=op.f("pk_effect_sms_price")),
    )
    op.create_table(
        "effect_weights",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tier", sa.String(length=8), nullable=False),
        sa.Column("from_month", sa.Integer(), nullable=False),
        sa.Column("weights", Json, nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=True),
        sa.Column("written_by", sa.String(length=40), nullable=False),
        sa.Column("written_at", Moment(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.String(length=40), nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("is_approved", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_effect_weights")),
    )
    op.create_index(op.f("ix_effect_weights_decided_at"), "effect_weights", ["decided_at"], unique=False)
    op.create_index("ix_effect_weights_tier_from_month", "effect_weights", ["tier", "from_month"], unique=False)
    op.create_table(
        "finding_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("passages", sa.Integer(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_state")),
    )
    op.create_table(
        "follower",
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("followed_at", Moment(), nullable=True),
        sa.Column("unfollowed_at", Moment(), nullable=True),
        sa.Column("heard_at", Moment(), nullable=True),
        sa.Column("message_until", Moment(), nullable=True),
        sa.Column("message_left", sa.Integer(), nullable=False),
        sa.Column("event_until", Moment(), nullable=True),
        sa.Column("event_left", sa.Integer(), nullable=False),
        sa.Column("has_held", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("openid", name=op.f("pk_follower")),
    )
    op.create_index(
        "ix_follower_gone",
        "follower",
        ["openid"],
        unique=False,
        sqlite_where=sa.text("unfollowed_at is not null"),
        postgresql_where=sa.text("unfollowed_at is not null"),
    )
    op.create_index(op.f("ix_follower_heard_at"), "follower", ["heard_at"], unique=False)
    op.create_table(
        "follower_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("since", Moment(), nullable=True),
        sa.Column("retailer_id", sa.Integer(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("class_id", sa.Integer(), nullable=True),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.Column("bound_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follower_move")),
    )
    op.create_index("ix_follower_move_at", "follower_move", ["at"], unique=False)
    op.create_index(op.f("ix_follower_move_openid"), "follower_move", ["openid"], unique=False)
    op.create_table(
        "foreign_picture",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("fault", sa.String(length=120), server_default="", nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_foreign_picture")),
    )
    op.create_index(op.f("ix_foreign_picture_asked_at"), "foreign_picture", ["asked_at"], unique=False)
    op.create_index(
        "ix_foreign_picture_waiting",
        "foreign_picture",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("sha256 is null and fault = ''"),
        postgresql_where=sa.text("sha256 is null and fault = ''"),
    )
    op.create_table(
        "handed_in",
        sa.Column("who", sa.String(length=32), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("began_at", Moment(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("who", "seconds", "began_at", name=op.f("pk_handed_in")),
    )
    op.create_index(op.f("ix_handed_in_began_at"), "handed_in", ["began_at"], unique=False)
    op.create_table(
        "heard",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("heard_at", Moment(), nullable=False),
        sa.Column("answer", Json, nullable=True),
        sa.Column("late_delivery_id", sa.Integer(), nullable=True),
        sa.Column("raw", Json, nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_heard")),
    )
    op.create_index(op.f("ix_heard_heard_at"), "heard", ["heard_at"], unique=False)
    op.create_index(
        "ix_heard_raw",
        "heard",
        ["openid"],
        unique=False,
        sqlite_where=sa.text("raw IS NOT NULL"),
        postgresql_where=sa.text("raw IS NOT NULL"),
    )
    op.create_table(
        "indexed_word",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.Column("passages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indexed_word")),
        sa.UniqueConstraint("word", name=op.f("uq_indexed_word_word")),
    )
    op.create_table(
        "licence_tries",
        sa.Column("licence", sa.String(length=32), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("licence", "day_on", name=op.f("pk_licence_tries")),
    )
    op.create_table(
        "manager",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=True),
        sa.Column("bound_at", Moment(), nullable=True),
        sa.Column("disabled_at", Moment(), nullable=True),
        sa.Column("invite_code", sa.String(length=16), nullable=True),
        sa.Column("invite_until", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manager")),
        sa.UniqueConstraint("invite_code", name=op.f("uq_manager_invite_code")),
        sa.UniqueConstraint("openid", name=op.f("uq_manager_openid")),
        sa.UniqueConstraint("phone", name=op.f("uq_manager_phone")),
    )
    op.create_table(
        "mass_by_hand",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("whom", Json, nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("noted_by", sa.String(length=40), nullable=False),
        sa.Column("noted_at", Moment(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=True),
        sa.Column("booked_to", sa.String(length=64), server_default="", nullable=False),
        sa.Column("is_booked", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mass_by_hand")),
        sa.UniqueConstraint("token", name=op.f("uq_mass_by_hand_token")),
    )
    op.create_table(
        "mass_draft",
        sa.Column("media_id", sa.String(length=128), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=64), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("gone_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("media_id", name=op.f("pk_mass_draft")),
    )
    op.create_index(op.f("ix_mass_draft_job_id"), "mass_draft", ["job_id"], unique=False)
    op.create_table(
        "mass_job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("not_after", Moment(), nullable=True),
        sa.Column("heeds_quiet", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=True),
        sa.Column("draft_media_id", sa.String(length=128), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("first_attempt_at", Moment(), nullable=True),
        sa.Column("called_at", Moment(), nullable=True),
        sa.Column("fence", sa.String(length=32), nullable=True),
        sa.Column("lease_until", Moment(), nullable=True),
        sa.Column("msg_id", sa.String(length=32), nullable=True),
        sa.Column("msg_data_id", sa.String(length=32), nullable=True),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("filtered", sa.Integer(), nullable=True),
        sa.Column("sent", sa.Integer(), nullable=True),
        sa.Column("errors", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=64), nullable=True),
        sa.Column("error_code", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(length=300), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("accepted_at", Moment(), nullable=True),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.Column("has_news", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mass_job")),
        sa.UniqueConstraint("client_id", name=op.f("uq_mass_job_client_id")),
        sa.UniqueConstraint("msg_id", name=op.f("uq_mass_job_msg_id")),
    )
    op.create_index("ix_mass_job_about", "mass_job", ["about", "part"], unique=False)
    op.create_index("ix_mass_job_called", "mass_job", ["called_at"], unique=False)
    op.create_index(
        "ix_mass_job_news",
        "mass_job",
        ["source", "id"],
        unique=False,
        sqlite_where=sa.text("has_news"),
        postgresql_where=sa.text("has_news"),
    )
    op.create_index(
        "ix_mass_job_sending",
        "mass_job",
        ["lease_until"],
        unique=False,
        sqlite_where=sa.text("state = 'sending'"),
        postgresql_where=sa.text("state = 'sending'"),
    )
    op.create_index(
        "ix_mass_job_unfinished",
        "mass_job",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state in ('accepted', 'unsure')"),
        postgresql_where=sa.text("state in ('accepted', 'unsure')"),
    )
    op.create_index(
        "ix_mass_job_waiting",
        "mass_job",
        ["due_at", "id"],
        unique=False,
        sqlite_where=sa.text("state in ('planned', 'drafted')"),
        postgresql_where=sa.text("state in ('planned', 'drafted')"),
    )
    op.create_table(
        "mass_month",
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("used", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("followers", sa.Integer(), nullable=False),
        sa.Column("counted_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("month", "used", name=op.f("pk_mass_month")),
    )
    op.create_table(
        "mass_receipt",
        sa.Column("msg_id", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("filtered", sa.Integer(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.Column("urls", Json, nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("msg_id", name=op.f("pk_mass_receipt")),
    )
    op.create_table(
        "mass_use",
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("used", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("openid", "month", name=op.f("pk_mass_use")),
    )
    op.create_table(
        "media",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("wechat_id", sa.String(length=200), nullable=False),
        sa.Column("heard_at", Moment(), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fetched_at", Moment(), nullable=True),
        sa.Column("gave_up_at", Moment(), nullable=True),
        sa.Column("discarded_at", Moment(), nullable=True),
        sa.Column("error", sa.String(length=300), nullable=True),
        sa.Column("content_type", sa.String(length=100), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("uploaded_id", sa.String(length=200), nullable=True),
        sa.Column("uploaded_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media")),
        sa.UniqueConstraint("key", name=op.f("uq_media_key")),
        sa.UniqueConstraint("wechat_id", name=op.f("uq_media_wechat_id")),
    )
    op.create_index(
        "ix_media_discarded",
        "media",
        ["id"],
        unique=False,
        sqlite_where=sa.text("discarded_at is not null"),
        postgresql_where=sa.text("discarded_at is not null"),
    )
    op.create_index(op.f("ix_media_sha256"), "media", ["sha256"], unique=False)
    op.create_index(
        "ix_media_waiting",
        "media",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("fetched_at is null and gave_up_at is null"),
        postgresql_where=sa.text("fetched_at is null and gave_up_at is null"),
    )
    op.create_table(
        "mirrored_tag",
        sa.Column("app_id", sa.String(length=64), nullable=False),
        sa.Column("mirrors", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("app_id", "mirrors", name=op.f("pk_mirrored_tag")),
    )
    op.create_table(
        "month_fact",
        sa.Column("by", sa.String(length=8), nullable=False),
        sa.Column("member_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("measure", sa.String(length=40), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("of", sa.BigInteger(), nullable=True),
        sa.Column("seen_n", sa.BigInteger(), nullable=False),
        sa.Column("seen_of", sa.BigInteger(), nullable=True),
        sa.Column("before_n", sa.BigInteger(), nullable=True),
        sa.Column("before_of", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("by", "member_id", "month", "measure", name=op.f("pk_month_fact")),
    )
    op.create_index("ix_month_fact_month", "month_fact", ["by", "month", "measure"], unique=False)
    op.create_table(
        "passage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=16), nullable=False),
        sa.Column("reference", sa.Integer(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("grams", sa.Text().with_variant(postgresql.ARRAY(sa.Text()), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passage")),
        sa.UniqueConstraint("topic", "reference", "number", name=op.f("uq_passage_topic_reference_number")),
    )
    op.create_index(op.f("ix_passage_edition"), "passage", ["edition"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.create_index("ix_passage_grams", "passage", ["grams"], unique=False, postgresql_using="gin")
    op.create_table(
        "pulse",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_pulse")),
    )
    op.create_table(
        "push_refusal",
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("openid", "kind", name=op.f("pk_push_refusal")),
    )
    op.create_index(op.f("ix_push_refusal_at"), "push_refusal", ["at"], unique=False)
    op.create_table(
        "quiz",
        sa.Column("before", Json, nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("draft", Json, nullable=False),
        sa.Column("stamp", sa.Integer(), server_default="0", nullable=False),
        sa.Column("drafted_at", Moment(), nullable=True),
        sa.Column("drafted_by", sa.String(length=40), server_default="", nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("opens_at", Moment(), nullable=True),
        sa.Column("closes_at", Moment(), nullable=True),
        sa.Column("is_for_everyone", sa.Boolean(), nullable=False),
        sa.Column("waves", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("published_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz")),
    )
    op.create_table(
        "quiz_manager_day",
        sa.Column("manager_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("failed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("digested_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("manager_id", "day", name=op.f("pk_quiz_manager_day")),
    )
    op.create_table(
        "quiz_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("home_quiz_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("folded", sa.String(length=200), nullable=False),
        sa.Column("difficulty", sa.String(length=8), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("is_retired", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("stamp", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("changed_by", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_question")),
        sa.UniqueConstraint("home_quiz_id", "code", name=op.f("uq_quiz_question_home_quiz_id_code")),
    )
    op.create_index("ix_quiz_question_folded", "quiz_question", ["home_quiz_id", "folded"], unique=False)
    op.create_table(
        "quiz_question_picture",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("added_at", Moment(), nullable=False),
        sa.Column("is_used", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_quiz_question_picture")),
    )
    op.create_index(
        "ix_quiz_question_picture_unused",
        "quiz_question_picture",
        ["added_at"],
        unique=False,
        sqlite_where=sa.text("not is_used"),
        postgresql_where=sa.text("not is_used"),
    )
    op.create_table(
        "raised",
        sa.Column("what", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("raised_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("what", name=op.f("pk_raised")),
    )
    op.create_table(
        "receipt",
        sa.Column("msgid", sa.String(length=32), nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("msgid", name=op.f("pk_receipt")),
    )
    op.create_table(
        "reported",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("raw", Json, nullable=False),
        sa.Column("reported_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reported")),
    )
    op.create_index(op.f("ix_reported_about"), "reported", ["about"], unique=False)
    op.create_index(op.f("ix_reported_openid"), "reported", ["openid"], unique=False)
    op.create_table(
        "roster_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("result", Json, nullable=True),
        sa.Column("touched_at", Moment(), nullable=False),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("done_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_import")),
    )
    op.create_table(
        "roster_word",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("said", sa.String(length=60), nullable=False),
        sa.Column("means", sa.String(length=60), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "said", name=op.f("pk_roster_word")),
    )
    op.create_table(
        "share_code",
        sa.Column("link", sa.String(length=60), nullable=False),
        sa.Column("app_id", sa.String(length=64), nullable=False),
        sa.Column("url", sa.String(length=300), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("link", "app_id", name=op.f("pk_share_code")),
    )
    op.create_table(
        "shelf_picture",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content_type", sa.String(length=32), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.SmallInteger(), nullable=False),
        sa.Column("height", sa.SmallInteger(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_shelf_picture")),
    )
    op.create_index(op.f("ix_shelf_picture_made_at"), "shelf_picture", ["made_at"], unique=False)
    op.create_table(
        "shop_class",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_class")),
        sa.UniqueConstraint("name", name=op.f("uq_shop_class_name")),
    )
    op.create_table(
        "sign_in_tries",
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("since_at", Moment(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_sign_in_tries")),
    )
    op.create_index(op.f("ix_sign_in_tries_since_at"), "sign_in_tries", ["since_at"], unique=False)
    op.create_table(
        "special_day",
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("spans", Json, nullable=False),
        sa.PrimaryKeyConstraint("day_on", name=op.f("pk_special_day")),
    )
    op.create_table(
        "survey",
        sa.Column("written", Json, nullable=True),
        sa.Column("deleted", Json, nullable=True),
        sa.Column("is_anonymous", sa.Boolean(), nullable=False),
        sa.Column("results_at", Moment(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("draft", Json, nullable=False),
        sa.Column("stamp", sa.Integer(), server_default="0", nullable=False),
        sa.Column("drafted_at", Moment(), nullable=True),
        sa.Column("drafted_by", sa.String(length=40), server_default="", nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("opens_at", Moment(), nullable=True),
        sa.Column("closes_at", Moment(), nullable=True),
        sa.Column("is_for_everyone", sa.Boolean(), nullable=False),
        sa.Column("waves", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("published_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey")),
    )
    op.create_table(
        "synonyms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("words", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_synonyms")),
    )
    op.create_table(
        "tag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("is_mirrored", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
        sa.UniqueConstraint("name", name=op.f("uq_tag_name")),
    )
    op.create_table(
        "talk",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("topic", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("state", Json, nullable=False),
        sa.Column("begun_at", Moment(), nullable=False),
        sa.Column("heard_at", Moment(), nullable=False),
        sa.Column("paused_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk")),
        sa.UniqueConstraint("openid", "topic", "reference", name=op.f("uq_talk_openid_topic_reference")),
    )
    op.create_index(op.f("ix_talk_heard_at"), "talk", ["heard_at"], unique=False)
    op.create_table(
        "trade_word",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trade_word")),
        sa.UniqueConstraint("word", name=op.f("uq_trade_word_word")),
    )
    op.create_table(
        "tried",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("tried_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_tried")),
    )
    op.create_index(op.f("ix_tried_tried_at"), "tried", ["tried_at"], unique=False)
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("phone", sa.String(length=20), server_default="", nullable=False),
        sa.Column("email", sa.String(length=120), nullable=True),
        sa.Column("email_at", Moment(), nullable=True),
        sa.Column("email_code", sa.String(length=64), nullable=True),
        sa.Column("wants_mail", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("signed_in_at", Moment(), nullable=True),
        sa.Column("second_secret", sa.String(length=200), nullable=True),
        sa.Column("second_at", Moment(), nullable=True),
        sa.Column("disabled_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("login", name=op.f("uq_users_login")),
    )
    op.create_table(
        "visit_category",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("keywords", Json, nullable=False),
        sa.Column("goes_up", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("is_looked_up", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("retired_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_category")),
        sa.UniqueConstraint("name", name=op.f("uq_visit_category_name")),
    )
    op.create_table(
        "visit_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("audience", Json, nullable=False),
        sa.Column("every_days", sa.Integer(), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_plan")),
        sa.UniqueConstraint("name", name=op.f("uq_visit_plan_name")),
    )
    op.create_table(
        "wechat_picture",
        sa.Column("app_id", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=8), nullable=False),
        sa.Column("value", sa.String(length=300), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("app_id", "sha256", "purpose", name=op.f("pk_wechat_picture")),
    )
    op.create_table(
        "withdrawal",
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("codes", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("openid", name=op.f("pk_withdrawal")),
    )
    op.create_table(
        "working_week",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("days", Json, nullable=False),
        sa.Column("keeps_public_days", sa.Boolean(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_working_week")),
    )
    op.create_table(
        "area",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.Column("deputy_id", sa.Integer(), nullable=True),
        sa.Column("deputy_from_on", sa.Date(), nullable=True),
        sa.Column("deputy_until_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["deputy_id"], ["manager.id"], name=op.f("fk_area_deputy_id_manager")),
        sa.ForeignKeyConstraint(["manager_id"], ["manager.id"], name=op.f("fk_area_manager_id_manager")),
        sa.ForeignKeyConstraint(["parent_id"], ["area.id"], name=op.f("fk_area_parent_id_area")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area")),
        sa.UniqueConstraint("name", name=op.f("uq_area_name")),
    )
    op.create_index(op.f("ix_area_manager_id"), "area", ["manager_id"], unique=False)
    op.create_table(
        "article",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("column_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=64), server_default="", nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("draft", Json, nullable=True),
        sa.Column("stamp", sa.String(length=32), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("changed_by", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("published_at", Moment(), nullable=True),
        sa.Column("reads", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["column_id"], ["broadcast_column.id"], name=op.f("fk_article_column_id_broadcast_column")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
        sa.UniqueConstraint("token", name=op.f("uq_article_token")),
    )
    op.create_index("ix_article_changed", "article", ["changed_at", "id"], unique=False)
    op.create_index("ix_article_column", "article", ["column_id", "state", "published_at"], unique=False)
    op.create_index(op.f("ix_article_published_at"), "article", ["published_at"], unique=False)
    op.create_index("ix_article_reads", "article", ["state", "reads", "id"], unique=False)
    op.create_table(
        "audience",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("spec", Json, nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_audience_owner_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audience")),
        sa.UniqueConstraint("name", name=op.f("uq_audience_name")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("who", sa.String(length=40), nullable=False),
        sa.Column("did", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=120), nullable=False),
        sa.Column("detail", sa.String(length=300), nullable=False),
        sa.Column("is_search", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("is_view", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_audit_entry_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index("ix_audit_entry_at", "audit_entry", ["at", "id"], unique=False)
    op.create_index("ix_audit_entry_did", "audit_entry", ["did", "id"], unique=False)
    op.create_index("ix_audit_entry_is_view", "audit_entry", ["is_view", "id"], unique=False)
    op.create_index("ix_audit_entry_user_id", "audit_entry", ["user_id", "id"], unique=False)
    op.create_table(
        "campaign_hand",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_hand_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_campaign_hand_user_id_users")),
        sa.PrimaryKeyConstraint("campaign_id", "user_id", name=op.f("pk_campaign_hand")),
    )
    op.create_table(
        "campaign_part",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("areas", Json, nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("mass_job_id", sa.Integer(), nullable=True),
        sa.Column("is_given_back", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_part_campaign_id_campaign")),
        sa.PrimaryKeyConstraint("campaign_id", "number", name=op.f("pk_campaign_part")),
    )
    op.create_index(op.f("ix_campaign_part_mass_job_id"), "campaign_part", ["mass_job_id"], unique=False)
    op.create_table(
        "campaign_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_step_campaign_id_campaign")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_step")),
    )
    op.create_index(op.f("ix_campaign_step_campaign_id"), "campaign_step", ["campaign_id"], unique=False)
    op.create_table(
        "campaign_tally",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=24), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_tally_campaign_id_campaign")),
        sa.PrimaryKeyConstraint("campaign_id", "area_id", "key", name=op.f("pk_campaign_tally")),
    )
    op.create_table(
        "chosen_columns",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("list_name", sa.String(length=60), nullable=False),
        sa.Column("columns", Json, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_chosen_columns_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", "list_name", name=op.f("pk_chosen_columns")),
    )
    op.create_table(
        "course_cell",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=8), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=9), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_cell_course_id_course")),
        sa.PrimaryKeyConstraint(
            "course_id", "by", "member_id", "lesson_id", "what", "value", name=op.f("pk_course_cell")
        ),
    )
    op.create_table(
        "course_lesson",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=True),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_lesson_course_id_course")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_lesson")),
        sa.UniqueConstraint("course_id", "code", name=op.f("uq_course_lesson_course_id_code")),
    )
    op.create_table(
        "course_media_use",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_media_use_course_id_course")),
        sa.PrimaryKeyConstraint("course_id", "number", "sha256", name=op.f("pk_course_media_use")),
    )
    op.create_index(op.f("ix_course_media_use_sha256"), "course_media_use", ["sha256"], unique=False)
    op.create_table(
        "course_saved_month",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("manager_id", sa.Integer(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_saved_month_course_id_course")),
        sa.PrimaryKeyConstraint(
            "course_id", "month", "area_id", "class_id", "manager_id", name=op.f("pk_course_saved_month")
        ),
    )
    op.create_table(
        "course_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("definition", Json, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("published_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_version_course_id_course")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_version")),
        sa.UniqueConstraint("course_id", "number", name=op.f("uq_course_version_course_id_number")),
    )
    op.create_table(
        "cross_tally",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=40), nullable=False),
        sa.Column("by", sa.String(length=8), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("option", sa.String(length=40), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_cross_tally_survey_id_survey")),
        sa.PrimaryKeyConstraint("survey_id", "question", "by", "member_id", "option", name=op.f("pk_cross_tally")),
    )
    op.create_table(
        "effect_remark",
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("manager_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("written_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["manager_id"], ["manager.id"], name=op.f("fk_effect_remark_manager_id_manager")),
        sa.PrimaryKeyConstraint("month", "manager_id", name=op.f("pk_effect_remark")),
    )
    op.create_table(
        "effect_tier",
        sa.Column("manager_id", sa.Integer(), nullable=False),
        sa.Column("tier", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(["manager_id"], ["manager.id"], name=op.f("fk_effect_tier_manager_id_manager")),
        sa.PrimaryKeyConstraint("manager_id", name=op.f("pk_effect_tier")),
    )
    op.create_table(
        "known_browser",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_known_browser_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_browser")),
        sa.UniqueConstraint("token_hash", "user_id", name=op.f("uq_known_browser_token_hash_user_id")),
    )
    op.create_index(op.f("ix_known_browser_seen_at"), "known_browser", ["seen_at"], unique=False)
    op.create_index(op.f("ix_known_browser_user_id"), "known_browser", ["user_id"], unique=False)
    op.create_table(
        "mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("to", sa.String(length=120), nullable=True),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("not_after", Moment(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fence", sa.String(length=32), nullable=True),
        sa.Column("lease_until", Moment(), nullable=True),
        sa.Column("error", sa.String(length=200), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_mail_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("key", name=op.f("uq_mail_key")),
    )
    op.create_index(
        "ix_mail_due",
        "mail",
        ["due_at", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ix_mail_sending",
        "mail",
        ["lease_until"],
        unique=False,
        sqlite_where=sa.text("state = 'sending'"),
        postgresql_where=sa.text("state = 'sending'"),
    )
    op.create_index("ix_mail_settled_at", "mail", ["settled_at"], unique=False)
    op.create_table(
        "pair_tally",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=40), nullable=False),
        sa.Column("other", sa.String(length=40), nullable=False),
        sa.Column("option", sa.String(length=40), nullable=False),
        sa.Column("other_option", sa.String(length=40), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_pair_tally_survey_id_survey")),
        sa.PrimaryKeyConstraint("survey_id", "question", "other", "option", "other_option", name=op.f("pk_pair_tally")),
    )
    op.create_table(
        "posting",
        sa.Column("word_id", sa.Integer(), nullable=False),
        sa.Column("passage_id", sa.Integer(), nullable=False),
        sa.Column("times", sa.SmallInteger(), nullable=False),
        sa.Column("length", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["passage_id"], ["passage.id"], name=op.f("fk_posting_passage_id_passage")),
        sa.ForeignKeyConstraint(["word_id"], ["indexed_word.id"], name=op.f("fk_posting_word_id_indexed_word")),
        sa.PrimaryKeyConstraint("word_id", "passage_id", name=op.f("pk_posting")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_posting_passage_id"), "posting", ["passage_id"], unique=False)
    op.create_table(
        "quiz_question_tag",
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["quiz_question.id"], name=op.f("fk_quiz_question_tag_question_id_quiz_question")
        ),
        sa.PrimaryKeyConstraint("question_id", "tag", name=op.f("pk_quiz_question_tag")),
    )
    op.create_index("ix_quiz_question_tag_tag", "quiz_question_tag", ["tag", "question_id"], unique=False)
    op.create_table(
        "quiz_question_use",
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["quiz_question.id"], name=op.f("fk_quiz_question_use_question_id_quiz_question")
        ),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_quiz_question_use_quiz_id_quiz")),
        sa.PrimaryKeyConstraint("question_id", "quiz_id", name=op.f("pk_quiz_question_use")),
    )
    op.create_table(
        "quiz_question_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("made_by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["quiz_question.id"], name=op.f("fk_quiz_question_version_question_id_quiz_question")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_question_version")),
        sa.UniqueConstraint("question_id", "number", name=op.f("uq_quiz_question_version_question_id_number")),
    )
    op.create_table(
        "quiz_turnout",
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Integer(), server_default="0", nullable=False),
        sa.Column("begun", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_quiz_turnout_quiz_id_quiz")),
        sa.PrimaryKeyConstraint("quiz_id", name=op.f("pk_quiz_turnout")),
    )
    op.create_table(
        "quiz_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("definition", Json, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("published_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_quiz_version_quiz_id_quiz")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_version")),
        sa.UniqueConstraint("quiz_id", "number", name=op.f("uq_quiz_version_quiz_id_number")),
    )
    op.create_table(
        "quota",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=40), nullable=False),
        sa.Column("option", sa.String(length=40), nullable=False),
        sa.Column("most", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_quota_survey_id_survey")),
        sa.PrimaryKeyConstraint("survey_id", "question", "option", name=op.f("pk_quota")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("used_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_recovery_code_user_id_users")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_user_id"), "recovery_code", ["user_id"], unique=False)
    op.create_table(
        "roster_part",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("holds", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["roster_import.id"], name=op.f("fk_roster_part_import_id_roster_import"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_roster_part")),
    )
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("list_name", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("given", Json, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_saved_filter_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
        sa.UniqueConstraint("user_id", "list_name", "name", name=op.f("uq_saved_filter_user_id_list_name_name")),
    )
    op.create_table(
        "survey_picture",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("added_at", Moment(), nullable=False),
        sa.Column("is_used", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_survey_picture_survey_id_survey")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_survey_picture")),
    )
    op.create_index("ix_survey_picture_survey_id", "survey_picture", ["survey_id"], unique=False)
    op.create_index(
        "ix_survey_picture_unused",
        "survey_picture",
        ["added_at"],
        unique=False,
        sqlite_where=sa.text("not is_used"),
        postgresql_where=sa.text("not is_used"),
    )
    op.create_table(
        "survey_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("definition", Json, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("published_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_survey_version_survey_id_survey")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_version")),
        sa.UniqueConstraint("survey_id", "number", name=op.f("uq_survey_version_survey_id_number")),
    )
    op.create_table(
        "tally",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=40), nullable=False),
        sa.Column("option", sa.String(length=40), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_tally_survey_id_survey")),
        sa.PrimaryKeyConstraint("survey_id", "question", "option", name=op.f("pk_tally")),
    )
    op.create_table(
        "task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("params", Json, nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("page", sa.String(length=80), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("result", Json, nullable=True),
        sa.Column("file", sa.String(length=80), nullable=True),
        sa.Column("file_name", sa.String(length=200), nullable=True),
        sa.Column("needs", Json, nullable=True),
        sa.Column("part", Json, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fence", sa.String(length=32), nullable=True),
        sa.Column("lease_until", Moment(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_task_owner_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.UniqueConstraint("key", name=op.f("uq_task_key")),
    )
    op.create_index(op.f("ix_task_created_at"), "task", ["created_at"], unique=False)
    op.create_index(
        "ix_task_open",
        "task",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state in ('waiting', 'running')"),
        postgresql_where=sa.text("state in ('waiting', 'running')"),
    )
    op.create_index("ix_task_owner_id", "task", ["owner_id", "id"], unique=False)
    op.create_table(
        "unanswered_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meaning", sa.String(length=64), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("last_at", Moment(), nullable=False),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.Column("settled_how", sa.String(length=8), nullable=True),
        sa.Column("settled_by", sa.String(length=40), nullable=True),
        sa.Column("answer_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["classroom_answer.id"], name=op.f("fk_unanswered_question_answer_id_classroom_answer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unanswered_question")),
        sa.UniqueConstraint("meaning", name=op.f("uq_unanswered_question_meaning")),
    )
    op.create_index(op.f("ix_unanswered_question_answer_id"), "unanswered_question", ["answer_id"], unique=False)
    op.create_index(
        "ix_unanswered_question_list", "unanswered_question", ["settled_how", "last_at", "id"], unique=False
    )
    op.create_table(
        "used_step",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_used_step_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", "step", name=op.f("pk_used_step")),
    )
    op.create_table(
        "user_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.Column("second_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_session_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_user_session_token_hash")),
    )
    op.create_index(op.f("ix_user_session_user_id"), "user_session", ["user_id"], unique=False)
    op.create_table(
        "visit_canned",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=40), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"], ["visit_category.id"], name=op.f("fk_visit_canned_category_id_visit_category")
        ),
        sa.ForeignKeyConstraint(["manager_id"], ["manager.id"], name=op.f("fk_visit_canned_manager_id_manager")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_canned")),
    )
    op.create_index(op.f("ix_visit_canned_manager_id"), "visit_canned", ["manager_id"], unique=False)
    op.create_table(
        "visit_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("media_key", sa.String(length=32), nullable=True),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["manager_id"], ["manager.id"], name=op.f("fk_visit_group_manager_id_manager")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_visit_group_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_group")),
    )
    op.create_index(op.f("ix_visit_group_manager_id"), "visit_group", ["manager_id"], unique=False)
    op.create_table(
        "visit_policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=True),
        sa.Column("handing_over", sa.Integer(), nullable=False),
        sa.Column("first_answer", sa.Integer(), nullable=False),
        sa.Column("next_answer", sa.Integer(), nullable=False),
        sa.Column("closing", sa.Integer(), nullable=False),
        sa.Column("counts_working_hours", sa.Boolean(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["shop_class.id"], name=op.f("fk_visit_policy_class_id_shop_class")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_policy")),
        sa.UniqueConstraint("class_id", name=op.f("uq_visit_policy_class_id")),
    )
    op.create_index(
        "uq_visit_policy_default",
        "visit_policy",
        [sa.literal_column("(class_id IS NULL)")],
        unique=True,
        sqlite_where=sa.text("class_id IS NULL"),
        postgresql_where=sa.text("class_id IS NULL"),
    )
    op.create_table(
        "area_count",
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("shops", sa.Integer(), nullable=False),
        sa.Column("bound", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_area_count_area_id_area"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("area_id", name=op.f("pk_area_count")),
    )
    op.create_table(
        "article_brand",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_article_brand_article_id_article")),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_article_brand_brand_id_brand")),
        sa.PrimaryKeyConstraint("article_id", "brand_id", name=op.f("pk_article_brand")),
    )
    op.create_index(op.f("ix_article_brand_brand_id"), "article_brand", ["brand_id"], unique=False)
    op.create_table(
        "article_picture",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_article_picture_article_id_article")),
        sa.PrimaryKeyConstraint("article_id", "number", "sha256", name=op.f("pk_article_picture")),
    )
    op.create_index(op.f("ix_article_picture_sha256"), "article_picture", ["sha256"], unique=False)
    op.create_table(
        "article_version",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.String(length=64), nullable=False),
        sa.Column("author", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=240), nullable=False),
        sa.Column("cover", sa.String(length=64), nullable=True),
        sa.Column("blocks", Json, nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("made_by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_article_version_article_id_article")),
        sa.PrimaryKeyConstraint("article_id", "number", name=op.f("pk_article_version")),
    )
    op.create_table(
        "brand_month",
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("target", sa.BigInteger(), nullable=False),
        sa.Column("sold", sa.BigInteger(), nullable=False),
        sa.Column("said_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_brand_month_area_id_area")),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_brand_month_brand_id_brand")),
        sa.PrimaryKeyConstraint("month", "brand_id", "area_id", name=op.f("pk_brand_month")),
    )
    op.create_index(op.f("ix_brand_month_brand_id"), "brand_month", ["brand_id"], unique=False)
    op.create_table(
        "push",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("plan", sa.String(length=16), nullable=False),
        sa.Column("shows", sa.String(length=8), nullable=False),
        sa.Column("title", sa.String(length=64), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=True),
        sa.Column("article_version", sa.Integer(), nullable=True),
        sa.Column("picture", sa.String(length=64), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("is_to_staff", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=True),
        sa.Column("buttons", Json, nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_push_article_id_article")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push")),
        sa.UniqueConstraint("token", name=op.f("uq_push_token")),
    )
    op.create_index(op.f("ix_push_article_id"), "push", ["article_id"], unique=False)
    op.create_table(
        "quiz_answer_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("key", Json, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("made_by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["quiz_question_version.id"],
            name=op.f("fk_quiz_answer_key_version_id_quiz_question_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_answer_key")),
        sa.UniqueConstraint("version_id", "number", name=op.f("uq_quiz_answer_key_version_id_number")),
    )
    op.create_table(
        "quiz_group_cell",
        sa.Column("quiz_version_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=8), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=8), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["quiz_version_id"], ["quiz_version.id"], name=op.f("fk_quiz_group_cell_quiz_version_id_quiz_version")
        ),
        sa.PrimaryKeyConstraint("quiz_version_id", "by", "member_id", "what", name=op.f("pk_quiz_group_cell")),
    )
    op.create_table(
        "quiz_item_cell",
        sa.Column("quiz_version_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("mark", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["quiz_version_id"], ["quiz_version.id"], name=op.f("fk_quiz_item_cell_quiz_version_id_quiz_version")
        ),
        sa.PrimaryKeyConstraint(
            "quiz_version_id", "question_id", "points", "mark", "total", name=op.f("pk_quiz_item_cell")
        ),
    )
    op.create_index("ix_quiz_item_cell_question_id", "quiz_item_cell", ["question_id"], unique=False)
    op.create_table(
        "quiz_option_cell",
        sa.Column("quiz_version_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("option", sa.String(length=60), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["quiz_question.id"], name=op.f("fk_quiz_option_cell_question_id_quiz_question")
        ),
        sa.ForeignKeyConstraint(
            ["quiz_version_id"], ["quiz_version.id"], name=op.f("fk_quiz_option_cell_quiz_version_id_quiz_version")
        ),
        sa.PrimaryKeyConstraint("quiz_version_id", "question_id", "option", "total", name=op.f("pk_quiz_option_cell")),
    )
    op.create_index(
        "ix_quiz_option_cell_words",
        "quiz_option_cell",
        ["quiz_version_id", "question_id", "count", "option"],
        unique=False,
        sqlite_where=sa.text("total < 0"),
        postgresql_where=sa.text("total < 0"),
    )
    op.create_table(
        "quiz_regrade",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("question_version_id", sa.Integer(), nullable=False),
        sa.Column("key", Json, nullable=False),
        sa.Column("key_number", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("is_also_down", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("cursor", sa.Integer(), server_default="0", nullable=False),
        sa.Column("counts", Json, nullable=False),
        sa.Column("planned", Json, nullable=True),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("made_by", sa.String(length=40), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("decided_by", sa.String(length=40), server_default="", nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.String(length=200), server_default="", nullable=False),
        sa.Column("done_at", Moment(), nullable=True),
        sa.Column("undone_at", Moment(), nullable=True),
        sa.Column("undone_by", sa.String(length=40), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["quiz_question.id"], name=op.f("fk_quiz_regrade_question_id_quiz_question")
        ),
        sa.ForeignKeyConstraint(
            ["question_version_id"],
            ["quiz_question_version.id"],
            name=op.f("fk_quiz_regrade_question_version_id_quiz_question_version"),
        ),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_quiz_regrade_quiz_id_quiz")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_regrade")),
    )
    op.create_index(
        "ix_quiz_regrade_begun",
        "quiz_regrade",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state in ('planning', 'running', 'undoing')"),
        postgresql_where=sa.text("state in ('planning', 'running', 'undoing')"),
    )
    op.create_index("ix_quiz_regrade_quiz_id", "quiz_regrade", ["quiz_id", "id"], unique=False)
    op.create_index(
        "uq_quiz_regrade_running",
        "quiz_regrade",
        ["quiz_id", "question_id"],
        unique=True,
        sqlite_where=sa.text("state in ('submitted', 'running', 'undoing')"),
        postgresql_where=sa.text("state in ('submitted', 'running', 'undoing')"),
    )
    op.create_table(
        "retailer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("licence", sa.String(length=32), nullable=False),
        sa.Column("shop", sa.String(length=80), nullable=False),
        sa.Column("keeper", sa.String(length=40), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.Column("openid", sa.String(length=64), nullable=True),
        sa.Column("bound_at", Moment(), nullable=True),
        sa.Column("bind_token", sa.String(length=32), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column(
            "grams",
            sa.Text().with_variant(postgresql.ARRAY(sa.Text()), "postgresql"),
            server_default="{}",
            nullable=False,
        ),
        sa.Column("names", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_retailer_area_id_area")),
        sa.ForeignKeyConstraint(["class_id"], ["shop_class.id"], name=op.f("fk_retailer_class_id_shop_class")),
        sa.ForeignKeyConstraint(["manager_id"], ["manager.id"], name=op.f("fk_retailer_manager_id_manager")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retailer")),
        sa.UniqueConstraint("bind_token", name=op.f("uq_retailer_bind_token")),
        sa.UniqueConstraint("licence", name=op.f("uq_retailer_licence")),
    )
    op.create_index("ix_retailer_area_id", "retailer", ["area_id", "licence"], unique=False)
    op.create_index(
        "ix_retailer_bound",
        "retailer",
        ["licence"],
        unique=False,
        sqlite_where=sa.text("coalesce(openid, '') <> ''"),
        postgresql_where=sa.text("coalesce(openid, '') <> ''"),
    )
    op.create_index("ix_retailer_class_id", "retailer", ["class_id", "licence"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.create_index("ix_retailer_grams", "retailer", ["grams"], unique=False, postgresql_using="gin")
    op.create_index("ix_retailer_keeper", "retailer", ["keeper"], unique=False)
    op.create_index("ix_retailer_manager_id", "retailer", ["manager_id", "licence"], unique=False)
    op.create_index(
        "ix_retailer_openid", "retailer", ["openid"], unique=True, postgresql_where=sa.text("openid IS NOT NULL")
    )
    op.create_index("ix_retailer_phone", "retailer", ["phone"], unique=False)
    op.create_index("ix_retailer_shop", "retailer", ["shop"], unique=False)
    op.create_index(
        "ix_retailer_unbound",
        "retailer",
        ["licence"],
        unique=False,
        sqlite_where=sa.text("coalesce(openid, '') = ''"),
        postgresql_where=sa.text("coalesce(openid, '') = ''"),
    )
    op.create_index("ix_retailer_updated_at", "retailer", ["updated_at", "licence"], unique=False)
    op.create_table(
        "article_read",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("retailer_id", sa.Integer(), nullable=False),
        sa.Column("read_at", Moment(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("class_id", sa.Integer(), nullable=True),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_article_read_article_id_article")),
        sa.ForeignKeyConstraint(["retailer_id"], ["retailer.id"], name=op.f("fk_article_read_retailer_id_retailer")),
        sa.PrimaryKeyConstraint("article_id", "retailer_id", name=op.f("pk_article_read")),
    )
    op.create_index("ix_article_read_read_at", "article_read", ["read_at"], unique=False)
    op.create_index("ix_article_read_retailer_id", "article_read", ["retailer_id", "read_at"], unique=False)
    op.create_table(
        "bind_code",
        sa.Column("app_id", sa.String(length=64), nullable=False),
        sa.Column("retailer_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(length=300), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["retailer_id"], ["retailer.id"], name=op.f("fk_bind_code_retailer_id_retailer"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("app_id", "retailer_id", name=op.f("pk_bind_code")),
    )
    op.create_index(op.f("ix_bind_code_retailer_id"), "bind_code", ["retailer_id"], unique=False)
    op.create_table(
        "binding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("retailer_id", sa.Integer(), nullable=True),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.Column("how", sa.String(length=16), nullable=False),
        sa.Column("bound_at", Moment(), nullable=False),
        sa.Column("unbound_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["manager_id"], ["manager.id"], name=op.f("fk_binding_manager_id_manager")),
        sa.ForeignKeyConstraint(["retailer_id"], ["retailer.id"], name=op.f("fk_binding_retailer_id_retailer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_binding")),
    )
    op.create_index(op.f("ix_binding_openid"), "binding", ["openid"], unique=False)
    op.create_index(op.f("ix_binding_retailer_id"), "binding", ["retailer_id"], unique=False)
    op.create_table(
        "course_daily_question",
        sa.Column("retailer_id", sa.Integer(), nullable=False),
        sa.Column("hour", sa.SmallInteger(), server_default="10", nullable=False),
        sa.Column("stopped_at", Moment(), nullable=True),
        sa.Column("spot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("asked_at", Moment(), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("next_at", Moment(), nullable=True),
        sa.Column("waits", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["retailer_id"], ["retailer.id"], name=op.f("fk_course_daily_question_retailer_id_retailer")
        ),
        sa.PrimaryKeyConstraint("retailer_id", name=op.f("pk_course_daily_question")),
    )
    op.create_index(
        "ix_course_daily_question_next_at",
        "course_daily_question",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("next_at is not null"),
        postgresql_where=sa.text("next_at is not null"),
    )
    op.create_index(
        "ix_course_daily_question_waits",
        "course_daily_question",
        ["retailer_id"],
        unique=False,
        sqlite_where=sa.text("waits"),
        postgresql_where=sa.text("waits"),
    )
    op.create_table(
        "course_enrolment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("retailer_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("enrolled_at", Moment(), nullable=False),
        sa.Column("is_reached", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("is_opened", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("started_at", Moment(), nullable=True),
        sa.Column("released", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("released_at", Moment(), nullable=True),
        sa.Column("next_at", Moment(), nullable=True),
        sa.Column("paced_at", Moment(), nullable=True),
        sa.Column("tell_at", Moment(), nullable=True),
        sa.Column("told", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("told_at", Moment(), nullable=True),
        sa.Column("reminded", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("stopped_at", Moment(), nullable=True),
        sa.Column("last_at", Moment(), nullable=True),
        sa.Column("lessons", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("seconds", sa.Integer(), server_default="0", nullable=False),
        sa.Column("finished_at", Moment(), nullable=True),
        sa.Column("is_certificate_due", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("class_id", sa.Integer(), nullable=True),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.Column("is_filed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint("(retailer_id is null) <> (staff_id is null)", name=op.f("ck_course_enrolment_one_learner")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_course_enrolment_area_id_area")),
        sa.ForeignKeyConstraint(["class_id"], ["shop_class.id"], name=op.f("fk_course_enrolment_class_id_shop_class")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_enrolment_course_id_course")),
        sa.ForeignKeyConstraint(
            ["retailer_id"], ["retailer.id"], name=op.f("fk_course_enrolment_retailer_id_retailer")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["manager.id"], name=op.f("fk_course_enrolment_staff_id_manager")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["course_version.id"], name=op.f("fk_course_enrolment_version_id_course_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_enrolment")),
        sa.UniqueConstraint("course_id", "retailer_id", name=op.f("uq_course_enrolment_course_id_retailer_id")),
    )
    op.create_index(
        "ix_course_enrolment_begun",
        "course_enrolment",
        ["course_id", "id"],
        unique=False,
        sqlite_where=sa.text("started_at is not null and finished_at is null"),
        postgresql_where=sa.text("started_at is not null and finished_at is null"),
    )
    op.create_index(
        "ix_course_enrolment_certificate_due",
        "course_enrolment",
        ["id"],
        unique=False,
        sqlite_where=sa.text("is_certificate_due"),
        postgresql_where=sa.text("is_certificate_due"),
    )
    op.create_index("ix_course_enrolment_course", "course_enrolment", ["course_id", "id"], unique=False)
    op.create_index(
        "ix_course_enrolment_finished",
        "course_enrolment",
        ["course_id", "id"],
        unique=False,
        sqlite_where=sa.text("finished_at is not null"),
        postgresql_where=sa.text("finished_at is not null"),
    )
    op.create_index(
        "ix_course_enrolment_finished_at",
        "course_enrolment",
        ["finished_at"],
        unique=False,
        sqlite_where=sa.text("finished_at is not null"),
        postgresql_where=sa.text("finished_at is not null"),
    )
    op.create_index(
        "ix_course_enrolment_next_at",
        "course_enrolment",
        ["version_id", "next_at", "id"],
        unique=False,
        sqlite_where=sa.text("next_at is not null"),
        postgresql_where=sa.text("next_at is not null"),
    )
    op.create_index(
        "ix_course_enrolment_not_begun",
        "course_enrolment",
        ["course_id", "id"],
        unique=False,
        sqlite_where=sa.text("started_at is null"),
        postgresql_where=sa.text("started_at is null"),
    )
    op.create_index("ix_course_enrolment_retailer_id", "course_enrolment", ["retailer_id"], unique=False)
    op.create_index(
        "ix_course_enrolment_tell_at",
        "course_enrolment",
        ["course_id", "tell_at", "id"],
        unique=False,
        sqlite_where=sa.text("tell_at is not null"),
        postgresql_where=sa.text("tell_at is not null"),
    )
    op.create_index(
        "ix_course_enrolment_unfiled",
        "course_enrolment",
        ["id"],
        unique=False,
        sqlite_where=sa.text("not is_filed"),
        postgresql_where=sa.text("not is_filed"),
    )
    op.create_index(
        "uq_course_enrolment_staff",
        "course_enrolment",
        ["staff_id", "course_id"],
        unique=True,
        sqlite_where=sa.text("staff_id is not null"),
        postgresql_where=sa.text("staff_id is not null"),
    )
    op.create_table(
        "course_saved_gathering",
        sa.Column("retailer_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["retailer_id"], ["retailer.id"], name=op.f("fk_course_saved_gathering_retailer_id_retailer")
        ),
        sa.PrimaryKeyConstraint("retailer_id", "year", name=op.f("pk_course_saved_gathering")),
    )
    op.create_table(
        "course_weak_review",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("retailer_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=16), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("box", sa.SmallInteger(), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("answered_at", Moment(), nullable=False),
        sa.Column("is_right", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["retailer_id"], ["retailer.id"], name=op.f("fk_course_weak_review_retailer_id_retailer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_weak_review")),
    )
    op.create_index("ix_course_weak_review_retailer_id", "course_weak_review", ["retailer_id", "id"], unique=False)
    op.create_table(
        "course_weak_spot",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("retailer_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=16), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("box", sa.SmallInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("is_queued", sa.Boolean(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("in_row", sa.SmallInteger(), nullable=False),
        sa.Column("wrong_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["retailer_id"], ["retailer.id"], name=op.f("fk_course_weak_spot_retailer_id_retailer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_weak_spot")),
        sa.UniqueConstraint(
            "retailer_id", "topic", "reference", name=op.f("uq_course_weak_spot_retailer_id_topic_reference")
        ),
    )
    op.create_index(
        "ix_course_weak_spot_stubborn",
        "course_weak_spot",
        ["id"],
        unique=False,
        sqlite_where=sa.text("in_row >= 3"),
        postgresql_where=sa.text("in_row >= 3"),
    )
    op.create_table(
        "display",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("retailer_id", sa.Integer(), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("media_key", sa.String(length=32), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("sent_at", Moment(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=True),
        sa.Column("picture", sa.String(length=64), nullable=True),
        sa.Column("decided_by", sa.String(length=40), nullable=True),
        sa.Column("told_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_display_article_id_article")),
        sa.ForeignKeyConstraint(["retailer_id"], ["retailer.id"], name=op.f("fk_display_retailer_id_retailer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_display")),
        sa.UniqueConstraint("mark", name=op.f("uq_display_mark")),
        sa.UniqueConstraint("retailer_id", "day_on", "number", name=op.f("uq_display_retailer_id_day_on_number")),
    )
    op.create_index(op.f("ix_display_article_id"), "display", ["article_id"], unique=False)
    op.create_index("ix_display_sent_at", "display", ["sent_at", "id"], unique=False)
    op.create_index("ix_display_state", "display", ["state", "sent_at", "id"], unique=False)
    op.create_table(
        "errand",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("retailer_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("made_by", sa.String(length=40), nullable=False),
        sa.Column("done_at", Moment(), nullable=True),
        sa.Column("done_how", sa.String(length=16), nullable=True),
        sa.Column("done_by", sa.String(length=40), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("class_id", sa.Integer(), nullable=True),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["retailer_id"], ["retailer.id"], name=op.f("fk_errand_retailer_id_retailer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_errand")),
        sa.UniqueConstraint("source", "retailer_id", name=op.f("uq_errand_source_retailer_id")),
    )
    op.create_index("ix_errand_done_at", "errand", ["done_at"], unique=False)
    op.create_index(
        "ix_errand_left",
        "errand",
        ["id"],
        unique=False,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_index(
        "ix_errand_open",
        "errand",
        ["retailer_id"],
        unique=False,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "favourite",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("retailer_id", sa.Integer(), nullable=False),
        sa.Column("kept_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_favourite_article_id_article")),
        sa.ForeignKeyConstraint(["retailer_id"], ["retailer.id"], name=op.f("fk_favourite_retailer_id_retailer")),
        sa.PrimaryKeyConstraint("article_id", "retailer_id", name=op.f("pk_favourite")),
    )
    op.create_index("ix_favourite_retailer_id", "favourite", ["retailer_id", "kept_at"], unique=False)
    op.create_table(
        "manager_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("retailer_id", sa.Integer(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("from_id", sa.Integer(), nullable=True),
        sa.Column("to_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_manager_change_area_id_area")),
        sa.ForeignKeyConstraint(["from_id"], ["manager.id"], name=op.f("fk_manager_change_from_id_manager")),
        sa.ForeignKeyConstraint(["retailer_id"], ["retailer.id"], name=op.f("fk_manager_change_retailer_id_retailer")),
        sa.ForeignKeyConstraint(["to_id"], ["manager.id"], name=op.f("fk_manager_change_to_id_manager")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manager_change")),
    )
    op.create_index("ix_manager_change_area_id", "manager_change", ["area_id", "at"], unique=False)
    op.create_index("ix_manager_change_retailer_id", "manager_change", ["retailer_id", "at"], unique=False)
    op.create_table(
        "participation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("retailer_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("started_at", Moment(), nullable=True),
        sa.Column("is_submitted", sa.Boolean(), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("answers", Json, nullable=False),
        sa.Column("at", sa.String(length=40), nullable=True),
        sa.Column("misread", sa.Integer(), nullable=False),
        sa.Column("is_reached", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("is_opened", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("is_again", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["retailer_id"], ["retailer.id"], name=op.f("fk_participation_retailer_id_retailer")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_participation_survey_id_survey")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["survey_version.id"], name=op.f("fk_participation_version_id_survey_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participation")),
        sa.UniqueConstraint("survey_id", "retailer_id", name=op.f("uq_participation_survey_id_retailer_id")),
    )
    op.create_index("ix_participation_retailer_id", "participation", ["retailer_id"], unique=False)
    op.create_index(
        "ix_participation_unanswered",
        "participation",
        ["survey_id", "retailer_id"],
        unique=False,
        sqlite_where=sa.text("not is_submitted"),
        postgresql_where=sa.text("not is_submitted"),
    )
    op.create_table(
        "push_brand",
        sa.Column("push_id", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_push_brand_brand_id_brand")),
        sa.ForeignKeyConstraint(["push_id"], ["push.id"], name=op.f("fk_push_brand_push_id_push")),
        sa.PrimaryKeyConstraint("push_id", "brand_id", name=op.f("pk_push_brand")),
    )
    op.create_index(op.f("ix_push_brand_brand_id"), "push_brand", ["brand_id"], unique=False)
    op.create_table(
        "push_counted",
        sa.Column("push_id", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["push_id"], ["push.id"], name=op.f("fk_push_counted_push_id_push")),
        sa.PrimaryKeyConstraint("push_id", name=op.f("pk_push_counted")),
    )
    op.create_table(
        "push_guest",
        sa.Column("push_id", sa.Integer(), nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["push_id"], ["push.id"], name=op.f("fk_push_guest_push_id_push")),
        sa.PrimaryKeyConstraint("push_id", "openid", name=op.f("pk_push_guest")),
    )
    op.create_index(op.f("ix_push_guest_openid"), "push_guest", ["openid"], unique=False)
    op.create_table(
        "push_own_table",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("push_id", sa.Integer(), nullable=False),
        sa.Column("is_whole", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("headings", Json, nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("brought_at", Moment(), nullable=False),
        sa.Column("brought_by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["push_id"], ["push.id"], name=op.f("fk_push_own_table_push_id_push")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_own_table")),
    )
    op.create_index(
        "ix_push_own_table_push_id",
        "push_own_table",
        ["push_id"],
        unique=True,
        sqlite_where=sa.text("is_whole"),
        postgresql_where=sa.text("is_whole"),
    )
    op.create_table(
        "push_reads",
        sa.Column("push_id", sa.Integer(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("readers", sa.BigInteger(), nullable=False),
        sa.Column("shares", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["push_id"], ["push.id"], name=op.f("fk_push_reads_push_id_push")),
        sa.PrimaryKeyConstraint("push_id", name=op.f("pk_push_reads")),
    )
    op.create_table(
        "push_series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("push_id", sa.Integer(), nullable=False),
        sa.Column("rule", Json, nullable=False),
        sa.Column("at", sa.Time(), nullable=False),
        sa.Column("approved", sa.String(length=64), nullable=True),
        sa.Column("approved_by", sa.String(length=40), nullable=True),
        sa.Column("approver_id", sa.Integer(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("made_until", sa.Date(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["approver_id"], ["users.id"], name=op.f("fk_push_series_approver_id_users")),
        sa.ForeignKeyConstraint(["push_id"], ["push.id"], name=op.f("fk_push_series_push_id_push")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_series")),
    )
    op.create_index(
        "ix_push_series_running",
        "push_series",
        ["id"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "push_split",
        sa.Column("push_id", sa.Integer(), nullable=False),
        sa.Column("division", sa.String(length=8), nullable=False),
        sa.Column("of_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=24), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["push_id"], ["push.id"], name=op.f("fk_push_split_push_id_push")),
        sa.PrimaryKeyConstraint("push_id", "division", "of_id", "key", name=op.f("pk_push_split")),
    )
    op.create_table(
        "push_staff",
        sa.Column("push_id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=24), nullable=False),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("openid", sa.String(length=64), nullable=True),
        sa.Column("is_mailed", sa.Boolean(), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("delivery_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", Moment(), nullable=True),
        sa.CheckConstraint("(why IS NULL) <> (outcome IS NULL)", name=op.f("ck_push_staff_left_out_or_meant")),
        sa.ForeignKeyConstraint(["manager_id"], ["manager.id"], name=op.f("fk_push_staff_manager_id_manager")),
        sa.ForeignKeyConstraint(["push_id"], ["push.id"], name=op.f("fk_push_staff_push_id_push")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_push_staff_user_id_users")),
        sa.PrimaryKeyConstraint("push_id", "person", name=op.f("pk_push_staff")),
    )
    op.create_index(
        "ix_push_staff_openid",
        "push_staff",
        ["openid", "push_id"],
        unique=False,
        sqlite_where=sa.text("openid is not null"),
        postgresql_where=sa.text("openid is not null"),
    )
    op.create_table(
        "quiz_attempt",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("quiz_version_id", sa.Integer(), nullable=False),
        sa.Column("retailer_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("paper", Json, nullable=False),
        sa.Column("answers", Json, nullable=False),
        sa.Column("late", Json, nullable=False),
        sa.Column("has_late", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("grace", Json, nullable=False),
        sa.Column("at", sa.String(length=40), nullable=True),
        sa.Column("misread", sa.Integer(), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("ends_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("ended_by", sa.String(length=8), nullable=True),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("key_numbers", sa.Text(), server_default="", nullable=False),
        sa.Column("marks", sa.Text(), server_default="", nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("maximum", sa.Integer(), nullable=True),
        sa.Column("is_passed", sa.Boolean(), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("class_id", sa.Integer(), nullable=True),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.Column("is_counted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("is_filed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("is_told", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_quiz_attempt_area_id_area")),
        sa.ForeignKeyConstraint(["class_id"], ["shop_class.id"], name=op.f("fk_quiz_attempt_class_id_shop_class")),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_quiz_attempt_quiz_id_quiz")),
        sa.ForeignKeyConstraint(
            ["quiz_version_id"], ["quiz_version.id"], name=op.f("fk_quiz_attempt_quiz_version_id_quiz_version")
        ),
        sa.ForeignKeyConstraint(["retailer_id"], ["retailer.id"], name=op.f("fk_quiz_attempt_retailer_id_retailer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_attempt")),
        sa.UniqueConstraint(
            "quiz_id", "retailer_id", "number", name=op.f("uq_quiz_attempt_quiz_id_retailer_id_number")
        ),
    )
    op.create_index("ix_quiz_attempt_ended", "quiz_attempt", ["quiz_id", "ended_at"], unique=False)
    op.create_index(
        "ix_quiz_attempt_late",
        "quiz_attempt",
        ["quiz_id", "has_late", "id"],
        unique=False,
        sqlite_where=sa.text("has_late"),
        postgresql_where=sa.text("has_late"),
    )
    op.create_index("ix_quiz_attempt_manager_id", "quiz_attempt", ["manager_id", "ended_at"], unique=False)
    op.create_index("ix_quiz_attempt_passed", "quiz_attempt", ["quiz_id", "is_passed", "id"], unique=False)
    op.create_index("ix_quiz_attempt_quiz_id", "quiz_attempt", ["quiz_id", "id"], unique=False)
    op.create_index("ix_quiz_attempt_retailer_id", "quiz_attempt", ["retailer_id"], unique=False)
    op.create_index(
        "ix_quiz_attempt_running_out",
        "quiz_attempt",
        ["ends_at"],
        unique=False,
        sqlite_where=sa.text("ended_at is null and ends_at is not null"),
        postgresql_where=sa.text("ended_at is null and ends_at is not null"),
    )
    op.create_index(
        "ix_quiz_attempt_unfiled",
        "quiz_attempt",
        ["id"],
        unique=False,
        sqlite_where=sa.text("ended_at is not null and not is_filed"),
        postgresql_where=sa.text("ended_at is not null and not is_filed"),
    )
    op.create_index(
        "ix_quiz_attempt_untold",
        "quiz_attempt",
        ["id"],
        unique=False,
        sqlite_where=sa.text("ended_at is not null and not is_told"),
        postgresql_where=sa.text("ended_at is not null and not is_told"),
    )
    op.create_index(
        "uq_quiz_attempt_open",
        "quiz_attempt",
        ["quiz_id", "retailer_id"],
        unique=True,
        sqlite_where=sa.text("ended_at is null"),
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_table(
        "quiz_regrade_shop",
        sa.Column("regrade_id", sa.Integer(), nullable=False),
        sa.Column("retailer_id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.BigInteger(), nullable=False),
        sa.Column("total_before", sa.Integer(), nullable=False),
        sa.Column("total_after", sa.Integer(), nullable=False),
        sa.Column("maximum_before", sa.Integer(), nullable=False),
        sa.Column("maximum_after", sa.Integer(), nullable=False),
        sa.Column("passed_before", sa.Boolean(), nullable=False),
        sa.Column("passed_after", sa.Boolean(), nullable=False),
        sa.Column("direction", sa.Integer(), nullable=False),
        sa.Column("said", sa.String(length=200), server_default="", nullable=False),
        sa.Column("told_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["regrade_id"], ["quiz_regrade.id"], name=op.f("fk_quiz_regrade_shop_regrade_id_quiz_regrade")
        ),
        sa.ForeignKeyConstraint(
            ["retailer_id"], ["retailer.id"], name=op.f("fk_quiz_regrade_shop_retailer_id_retailer")
        ),
        sa.PrimaryKeyConstraint("regrade_id", "retailer_id", name=op.f("pk_quiz_regrade_shop")),
    )
    op.create_index(op.f("ix_quiz_regrade_shop_retailer_id"), "quiz_regrade_shop", ["retailer_id"], unique=False)
    op.create_table(
        "quiz_standing",
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("retailer_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("is_reached", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("is_opened", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("used", sa.Integer(), server_default="0", nullable=False),
        sa.Column("counted_attempt_id", sa.Integer(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("maximum", sa.Integer(), nullable=True),
        sa.Column("share", sa.Integer(), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("place", sa.BigInteger(), nullable=True),
        sa.Column("is_passed", sa.Boolean(), nullable=True),
        sa.Column("first_passed_at", Moment(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("class_id", sa.Integer(), nullable=True),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_quiz_standing_area_id_area")),
        sa.ForeignKeyConstraint(["class_id"], ["shop_class.id"], name=op.f("fk_quiz_standing_class_id_shop_class")),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_quiz_standing_quiz_id_quiz")),
        sa.ForeignKeyConstraint(["retailer_id"], ["retailer.id"], name=op.f("fk_quiz_standing_retailer_id_retailer")),
        sa.PrimaryKeyConstraint("quiz_id", "retailer_id", name=op.f("pk_quiz_standing")),
    )
    op.create_index(
        "ix_quiz_standing_area_rank", "quiz_standing", ["quiz_id", "area_id", "place", "retailer_id"], unique=False
    )
    op.create_index(
        "ix_quiz_standing_first_passed_at",
        "quiz_standing",
        ["first_passed_at"],
        unique=False,
        sqlite_where=sa.text("first_passed_at is not null"),
        postgresql_where=sa.text("first_passed_at is not null"),
    )
    op.create_index(
        "ix_quiz_standing_manager_rank",
        "quiz_standing",
        ["quiz_id", "manager_id", "place", "retailer_id"],
        unique=False,
    )
    op.create_index(
        "ix_quiz_standing_not_begun",
        "quiz_standing",
        ["quiz_id", "retailer_id"],
        unique=False,
        sqlite_where=sa.text("used = 0"),
        postgresql_where=sa.text("used = 0"),
    )
    op.create_index("ix_quiz_standing_rank", "quiz_standing", ["quiz_id", "place", "retailer_id"], unique=False)
    op.create_index("ix_quiz_standing_retailer_id", "quiz_standing", ["retailer_id"], unique=False)
    op.create_table(
        "quiz_tag_standing",
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("retailer_id", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(length=20), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_quiz_tag_standing_quiz_id_quiz")),
        sa.ForeignKeyConstraint(
            ["retailer_id"], ["retailer.id"], name=op.f("fk_quiz_tag_standing_retailer_id_retailer")
        ),
        sa.PrimaryKeyConstraint("quiz_id", "retailer_id", "tag", name=op.f("pk_quiz_tag_standing")),
    )
    op.create_index(
        "ix_quiz_tag_standing_share", "quiz_tag_standing", ["quiz_id", "tag", "share", "retailer_id"], unique=False
    )
    op.create_table(
        "retailer_tag",
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.Column("retailer_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["retailer_id"], ["retailer.id"], name=op.f("fk_retailer_tag_retailer_id_retailer"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], name=op.f("fk_retailer_tag_tag_id_tag"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tag_id", "retailer_id", name=op.f("pk_retailer_tag")),
    )
    op.create_index(op.f("ix_retailer_tag_retailer_id"), "retailer_tag", ["retailer_id"], unique=False)
    op.create_table(
        "submission",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("retailer_id", sa.Integer(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("answers", Json, nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("submitted_at", Moment(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("is_valid", sa.Boolean(), nullable=False),
        sa.Column("is_fast", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("voided_at", Moment(), nullable=True),
        sa.Column("voided_by", sa.String(length=40), server_default="", nullable=False),
        sa.Column("void_reason", sa.String(length=200), server_default="", nullable=False),
        sa.Column("superseded", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("wave", sa.Integer(), nullable=True),
        sa.Column("photos", sa.Integer(), server_default="0", nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("is_filed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_submission_area_id_area")),
        sa.ForeignKeyConstraint(["class_id"], ["shop_class.id"], name=op.f("fk_submission_class_id_shop_class")),
        sa.ForeignKeyConstraint(["retailer_id"], ["retailer.id"], name=op.f("fk_submission_retailer_id_retailer")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_submission_survey_id_survey")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["survey_version.id"], name=op.f("fk_submission_version_id_survey_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint(
            "survey_id", "retailer_id", "superseded", name=op.f("uq_submission_survey_id_retailer_id_superseded")
        ),
    )
    op.create_index("ix_submission_area_id", "submission", ["survey_id", "area_id"], unique=False)
    op.create_index(
        "ix_submission_fast",
        "submission",
        ["survey_id", "is_fast", "submitted_at", "id"],
        unique=False,
        sqlite_where=sa.text("is_fast"),
        postgresql_where=sa.text("is_fast"),
    )
    op.create_index("ix_submission_manager_id", "submission", ["survey_id", "manager_id"], unique=False)
    op.create_index("ix_submission_newest", "submission", ["survey_id", "submitted_at", "id"], unique=False)
    op.create_index(
        "ix_submission_photos",
        "submission",
        ["survey_id", "submitted_at", "id"],
        unique=False,
        sqlite_where=sa.text("photos > 0"),
        postgresql_where=sa.text("photos > 0"),
    )
    op.create_index("ix_submission_survey_id", "submission", ["survey_id", "id"], unique=False)
    op.create_index(
        "ix_submission_unfiled",
        "submission",
        ["id"],
        unique=False,
        sqlite_where=sa.text("not is_filed"),
        postgresql_where=sa.text("not is_filed"),
    )
    op.create_index(
        "ix_submission_void",
        "submission",
        ["survey_id", "submitted_at", "id"],
        unique=False,
        sqlite_where=sa.text("voided_at is not null"),
        postgresql_where=sa.text("voided_at is not null"),
    )
    op.create_table(
        "unanswered_asker",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("retailer_id", sa.Integer(), nullable=True),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["unanswered_question.id"],
            name=op.f("fk_unanswered_asker_question_id_unanswered_question"),
        ),
        sa.ForeignKeyConstraint(
            ["retailer_id"], ["retailer.id"], name=op.f("fk_unanswered_asker_retailer_id_retailer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unanswered_asker")),
        sa.UniqueConstraint("question_id", "openid", name=op.f("uq_unanswered_asker_question_id_openid")),
    )
    op.create_index("ix_unanswered_asker_openid", "unanswered_asker", ["openid"], unique=False)
    op.create_index("ix_unanswered_asker_retailer_id", "unanswered_asker", ["retailer_id"], unique=False)
    op.create_table(
        "visit_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("retailer_id", sa.Integer(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("class_id", sa.Integer(), nullable=True),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("handed_over_at", Moment(), nullable=True),
        sa.Column("first_answered_at", Moment(), nullable=True),
        sa.Column("first_answered_by", sa.Integer(), nullable=True),
        sa.Column("unanswered_since", Moment(), nullable=True),
        sa.Column("shop_wrote_at", Moment(), nullable=False),
        sa.Column("answered_at", Moment(), nullable=True),
        sa.Column("snoozed_until", Moment(), nullable=True),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.Column("closed_how", sa.String(length=16), nullable=True),
        sa.Column("closings", sa.Integer(), nullable=False),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("last_message_id", sa.Integer(), nullable=True),
        sa.Column("looked_id", sa.Integer(), nullable=True),
        sa.Column("told_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("goes_up", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("is_filed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_visit_request_area_id_area")),
        sa.ForeignKeyConstraint(
            ["category_id"], ["visit_category.id"], name=op.f("fk_visit_request_category_id_visit_category")
        ),
        sa.ForeignKeyConstraint(["class_id"], ["shop_class.id"], name=op.f("fk_visit_request_class_id_shop_class")),
        sa.ForeignKeyConstraint(
            ["first_answered_by"], ["manager.id"], name=op.f("fk_visit_request_first_answered_by_manager")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["visit_group.id"], name=op.f("fk_visit_request_group_id_visit_group")),
        sa.ForeignKeyConstraint(["owner_id"], ["manager.id"], name=op.f("fk_visit_request_owner_id_manager")),
        sa.ForeignKeyConstraint(["retailer_id"], ["retailer.id"], name=op.f("fk_visit_request_retailer_id_retailer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_request")),
    )
    op.create_index("ix_visit_request_area_closed", "visit_request", ["area_id", "closed_at", "id"], unique=False)
    op.create_index("ix_visit_request_closed", "visit_request", ["closed_at", "id"], unique=False)
    op.create_index("ix_visit_request_group_id", "visit_request", ["group_id"], unique=False)
    op.create_index(
        "ix_visit_request_inbox",
        "visit_request",
        ["owner_id", "due_at", "id"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_visit_request_open",
        "visit_request",
        ["due_at", "id"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_visit_request_opened_at", "visit_request", ["opened_at"], unique=False)
    op.create_index("ix_visit_request_openid", "visit_request", ["openid", "id"], unique=False)
    op.create_index("ix_visit_request_owner_closed", "visit_request", ["owner_id", "closed_at"], unique=False)
    op.create_index(
        "ix_visit_request_retailer_closed",
        "visit_request",
        ["retailer_id", "closed_at", "id"],
        unique=False,
        sqlite_where=sa.text("closed_at is not null"),
        postgresql_where=sa.text("closed_at is not null"),
    )
    op.create_index("ix_visit_request_retailer_id", "visit_request", ["retailer_id", "id"], unique=False)
    op.create_index(
        "ix_visit_request_unfiled",
        "visit_request",
        ["opened_at"],
        unique=False,
        sqlite_where=sa.text("not is_filed"),
        postgresql_where=sa.text("not is_filed"),
    )
    op.create_index(
        "uq_visit_request_open_openid",
        "visit_request",
        ["openid"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "uq_visit_request_open_retailer_id",
        "visit_request",
        ["retailer_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "course_certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=9), nullable=False),
        sa.Column("enrolment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("retailer_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("printed", Json, nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("media_key", sa.String(length=32), nullable=True),
        sa.Column("revoked_at", Moment(), nullable=True),
        sa.Column("revoked_by", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.String(length=100), nullable=True),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_certificate_course_id_course")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["course_enrolment.id"], name=op.f("fk_course_certificate_enrolment_id_course_enrolment")
        ),
        sa.ForeignKeyConstraint(
            ["retailer_id"], ["retailer.id"], name=op.f("fk_course_certificate_retailer_id_retailer")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["manager.id"], name=op.f("fk_course_certificate_staff_id_manager")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_certificate")),
        sa.UniqueConstraint("enrolment_id", name=op.f("uq_course_certificate_enrolment_id")),
        sa.UniqueConstraint("number", name=op.f("uq_course_certificate_number")),
    )
    op.create_index("ix_course_certificate_course", "course_certificate", ["course_id", "id"], unique=False)
    op.create_index(op.f("ix_course_certificate_retailer_id"), "course_certificate", ["retailer_id"], unique=False)
    op.create_index(op.f("ix_course_certificate_staff_id"), "course_certificate", ["staff_id"], unique=False)
    op.create_index(
        "ix_course_certificate_undrawn",
        "course_certificate",
        ["id"],
        unique=False,
        sqlite_where=sa.text("media_key is null and revoked_at is null"),
        postgresql_where=sa.text("media_key is null and revoked_at is null"),
    )
    op.create_table(
        "course_filed_enrolment",
        sa.Column("enrolment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["course_enrolment.id"],
            name=op.f("fk_course_filed_enrolment_enrolment_id_course_enrolment"),
        ),
        sa.PrimaryKeyConstraint("enrolment_id", name=op.f("pk_course_filed_enrolment")),
    )
    op.create_table(
        "course_reading",
        sa.Column("enrolment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.SmallInteger(), nullable=False),
        sa.Column("shown_at", Moment(), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("seconds", sa.Integer(), server_default="0", nullable=False),
        sa.Column("finished_at", Moment(), nullable=True),
        sa.Column("tries", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("answer", Json, nullable=True),
        sa.Column("is_right", sa.Boolean(), nullable=True),
        sa.Column("wrong_at", Moment(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("class_id", sa.Integer(), nullable=True),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["course_enrolment.id"], name=op.f("fk_course_reading_enrolment_id_course_enrolment")
        ),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["course_lesson.id"], name=op.f("fk_course_reading_lesson_id_course_lesson")
        ),
        sa.PrimaryKeyConstraint("enrolment_id", "lesson_id", name=op.f("pk_course_reading")),
    )
    op.create_index(op.f("ix_course_reading_lesson_id"), "course_reading", ["lesson_id"], unique=False)
    op.create_index(
        "ix_course_reading_wrong_at",
        "course_reading",
        ["enrolment_id", "lesson_id"],
        unique=False,
        sqlite_where=sa.text("wrong_at is not null"),
        postgresql_where=sa.text("wrong_at is not null"),
    )
    op.create_table(
        "push_occurrence",
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("wanted_on", sa.Date(), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=True),
        sa.Column("push_id", sa.Integer(), nullable=True),
        sa.Column("is_same_day", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["push_id"], ["push.id"], name=op.f("fk_push_occurrence_push_id_push")),
        sa.ForeignKeyConstraint(
            ["series_id"], ["push_series.id"], name=op.f("fk_push_occurrence_series_id_push_series")
        ),
        sa.PrimaryKeyConstraint("series_id", "wanted_on", name=op.f("pk_push_occurrence")),
        sa.UniqueConstraint("push_id", name=op.f("uq_push_occurrence_push_id")),
    )
    op.create_table(
        "push_own_row",
        sa.Column("table_id", sa.Integer(), nullable=False),
        sa.Column("retailer_id", sa.Integer(), nullable=False),
        sa.Column("values", Json, nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["retailer_id"], ["retailer.id"], name=op.f("fk_push_own_row_retailer_id_retailer")),
        sa.ForeignKeyConstraint(
            ["table_id"],
            ["push_own_table.id"],
            name=op.f("fk_push_own_row_table_id_push_own_table"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("table_id", "retailer_id", name=op.f("pk_push_own_row")),
    )
    op.create_index(op.f("ix_push_own_row_retailer_id"), "push_own_row", ["retailer_id"], unique=False)
    op.create_table(
        "quiz_mistake",
        sa.Column("retailer_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("closing_quiz_id", sa.Integer(), nullable=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("wrong_at", Moment(), nullable=False),
        sa.Column("right_in_row", sa.Integer(), server_default="0", nullable=False),
        sa.Column("practised_at", Moment(), nullable=True),
        sa.Column("learnt_at", Moment(), nullable=True),
        sa.Column("is_given", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["quiz_attempt.id"], name=op.f("fk_quiz_mistake_attempt_id_quiz_attempt")
        ),
        sa.ForeignKeyConstraint(["closing_quiz_id"], ["quiz.id"], name=op.f("fk_quiz_mistake_closing_quiz_id_quiz")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["quiz_question.id"], name=op.f("fk_quiz_mistake_question_id_quiz_question")
        ),
        sa.ForeignKeyConstraint(["retailer_id"], ["retailer.id"], name=op.f("fk_quiz_mistake_retailer_id_retailer")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["quiz_question_version.id"], name=op.f("fk_quiz_mistake_version_id_quiz_question_version")
        ),
        sa.PrimaryKeyConstraint("retailer_id", "question_id", name=op.f("pk_quiz_mistake")),
    )
    op.create_index(
        "ix_quiz_mistake_ungiven",
        "quiz_mistake",
        ["closing_quiz_id", "retailer_id", "question_id"],
        unique=False,
        sqlite_where=sa.text("not is_given"),
        postgresql_where=sa.text("not is_given"),
    )
    op.create_table(
        "quiz_regrade_change",
        sa.Column("regrade_id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key_before", sa.Integer(), nullable=False),
        sa.Column("mark_before", sa.Integer(), nullable=True),
        sa.Column("mark_after", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["quiz_attempt.id"], name=op.f("fk_quiz_regrade_change_attempt_id_quiz_attempt")
        ),
        sa.ForeignKeyConstraint(
            ["regrade_id"], ["quiz_regrade.id"], name=op.f("fk_quiz_regrade_change_regrade_id_quiz_regrade")
        ),
        sa.PrimaryKeyConstraint("regrade_id", "attempt_id", name=op.f("pk_quiz_regrade_change")),
    )
    op.create_table(
        "sheet_keys",
        sa.Column("submission_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("keys", sa.Text().with_variant(postgresql.ARRAY(sa.Text()), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_sheet_keys_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_sheet_keys")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.create_index("ix_sheet_keys_keys", "sheet_keys", ["keys"], unique=False, postgresql_using="gin")
    op.create_table(
        "visit_assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=True),
        sa.Column("to_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("explained", sa.String(length=300), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_visit_assignment_delivery_id_delivery")
        ),
        sa.ForeignKeyConstraint(["from_id"], ["manager.id"], name=op.f("fk_visit_assignment_from_id_manager")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["visit_request.id"], name=op.f("fk_visit_assignment_request_id_visit_request")
        ),
        sa.ForeignKeyConstraint(["to_id"], ["manager.id"], name=op.f("fk_visit_assignment_to_id_manager")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_assignment")),
    )
    op.create_index("ix_visit_assignment_request_id", "visit_assignment", ["request_id", "id"], unique=False)
    op.create_table(
        "visit_deadline",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("promise", sa.String(length=16), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("allowed", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("running_since", Moment(), nullable=True),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("met_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("counts_working_hours", sa.Boolean(), nullable=False),
        sa.Column("fingerprint", sa.String(length=16), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=True),
        sa.Column("step_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["request_id"], ["visit_request.id"], name=op.f("fk_visit_deadline_request_id_visit_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_deadline")),
        sa.UniqueConstraint("request_id", "promise", "round", name=op.f("uq_visit_deadline_request_id_promise_round")),
    )
    op.create_index(
        "ix_visit_deadline_running",
        "visit_deadline",
        ["request_id"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "ix_visit_deadline_step",
        "visit_deadline",
        ["step_at", "id"],
        unique=False,
        sqlite_where=sa.text("step_at IS NOT NULL AND ended_at IS NULL"),
        postgresql_where=sa.text("step_at IS NOT NULL AND ended_at IS NULL"),
    )
    op.create_table(
        "visit_filed",
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("retailer_id", sa.Integer(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("class_id", sa.Integer(), nullable=True),
        sa.Column("first_ms", sa.BigInteger(), nullable=True),
        sa.Column("next_ms", sa.BigInteger(), nullable=True),
        sa.Column("closing_ms", sa.BigInteger(), nullable=True),
        sa.Column("overdue", sa.SmallInteger(), nullable=False),
        sa.Column("lost", sa.SmallInteger(), nullable=False),
        sa.Column("promised", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("kept", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("rated", sa.SmallInteger(), nullable=False),
        sa.Column("content", sa.SmallInteger(), nullable=False),
        sa.Column("discontent", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["visit_request.id"], name=op.f("fk_visit_filed_request_id_visit_request")
        ),
        sa.PrimaryKeyConstraint("opened_at", "request_id", name=op.f("pk_visit_filed")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "visit_group_answer",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("retailer_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["visit_group.id"], name=op.f("fk_visit_group_answer_group_id_visit_group")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["visit_request.id"], name=op.f("fk_visit_group_answer_request_id_visit_request")
        ),
        sa.ForeignKeyConstraint(
            ["retailer_id"], ["retailer.id"], name=op.f("fk_visit_group_answer_retailer_id_retailer")
        ),
        sa.PrimaryKeyConstraint("group_id", "retailer_id", name=op.f("pk_visit_group_answer")),
    )
    op.create_index(op.f("ix_visit_group_answer_request_id"), "visit_group_answer", ["request_id"], unique=False)
    op.create_table(
        "visit_kept_from",
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("manager_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["manager_id"], ["manager.id"], name=op.f("fk_visit_kept_from_manager_id_manager")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["visit_request.id"], name=op.f("fk_visit_kept_from_request_id_visit_request")
        ),
        sa.PrimaryKeyConstraint("request_id", "manager_id", name=op.f("pk_visit_kept_from")),
    )
    op.create_index(op.f("ix_visit_kept_from_manager_id"), "visit_kept_from", ["manager_id"], unique=False)
    op.create_table(
        "visit_made",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("retailer_id", sa.Integer(), nullable=False),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("how", sa.String(length=12), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("noted_at", Moment(), nullable=True),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["manager_id"], ["manager.id"], name=op.f("fk_visit_made_manager_id_manager")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["visit_request.id"], name=op.f("fk_visit_made_request_id_visit_request")
        ),
        sa.ForeignKeyConstraint(["retailer_id"], ["retailer.id"], name=op.f("fk_visit_made_retailer_id_retailer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_made")),
        sa.UniqueConstraint("retailer_id", "made_on", "how", name=op.f("uq_visit_made_retailer_id_made_on_how")),
    )
    op.create_table(
        "visit_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=True),
        sa.Column("said_at", Moment(), nullable=False),
        sa.Column("author", sa.String(length=8), nullable=False),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("is_note", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("media_key", sa.String(length=32), nullable=True),
        sa.Column("more", Json, nullable=True),
        sa.Column("delivery_id", sa.Integer(), nullable=True),
        sa.Column("token", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_visit_message_delivery_id_delivery")),
        sa.ForeignKeyConstraint(["manager_id"], ["manager.id"], name=op.f("fk_visit_message_manager_id_manager")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["visit_request.id"], name=op.f("fk_visit_message_request_id_visit_request")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_visit_message_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_message")),
        sa.UniqueConstraint("token", name=op.f("uq_visit_message_token")),
    )
    op.create_index(
        "ix_visit_message_openid",
        "visit_message",
        ["openid"],
        unique=False,
        sqlite_where=sa.text("openid IS NOT NULL"),
        postgresql_where=sa.text("openid IS NOT NULL"),
    )
    op.create_index("ix_visit_message_request_id", "visit_message", ["request_id", "id"], unique=False)
    op.create_table(
        "visit_rating",
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("closing", sa.Integer(), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("rated_at", Moment(), nullable=True),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.Column("openid", sa.String(length=64), nullable=True),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("comment_until", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["manager_id"], ["manager.id"], name=op.f("fk_visit_rating_manager_id_manager")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["visit_request.id"], name=op.f("fk_visit_rating_request_id_visit_request")
        ),
        sa.PrimaryKeyConstraint("request_id", "closing", name=op.f("pk_visit_rating")),
    )
    op.create_table(
        "visit_words",
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("grams", sa.Text().with_variant(postgresql.ARRAY(sa.Text()), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["visit_request.id"], name=op.f("fk_visit_words_request_id_visit_request")
        ),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_visit_words")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.create_index("ix_visit_words_grams", "visit_words", ["grams"], unique=False, postgresql_using="gin")
    op.create_table(
        "words",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=40), nullable=False),
        sa.Column("submission_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_words_submission_id_submission")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_words_survey_id_survey")),
        sa.PrimaryKeyConstraint("survey_id", "question", "submission_id", name=op.f("pk_words")),
    )
    op.create_table(
        "visit_escalation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deadline_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("taken_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["deadline_id"], ["visit_deadline.id"], name=op.f("fk_visit_escalation_deadline_id_visit_deadline")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_escalation")),
        sa.UniqueConstraint("deadline_id", "step", name=op.f("uq_visit_escalation_deadline_id_step")),
    )
    op.create_table(
        "visit_escalation_told",
        sa.Column("escalation_id", sa.Integer(), nullable=False),
        sa.Column("manager_id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_visit_escalation_told_delivery_id_delivery")
        ),
        sa.ForeignKeyConstraint(
            ["escalation_id"],
            ["visit_escalation.id"],
            name=op.f("fk_visit_escalation_told_escalation_id_visit_escalation"),
        ),
        sa.ForeignKeyConstraint(
            ["manager_id"], ["manager.id"], name=op.f("fk_visit_escalation_told_manager_id_manager")
        ),
        sa.PrimaryKeyConstraint("escalation_id", "manager_id", name=op.f("pk_visit_escalation_told")),
    )
    op.create_index(
        op.f("ix_visit_escalation_told_delivery_id"), "visit_escalation_told", ["delivery_id"], unique=False
    )
    op.create_index(op.f("ix_visit_escalation_told_manager_id"), "visit_escalation_told", ["manager_id"], unique=False)
