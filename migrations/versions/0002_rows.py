"""The rows, as models.py declares them; what each index prevents is said there."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "app_limit",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("minute_left", sa.Integer(), nullable=True),
        sa.Column("minute_opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_app_limit")),
    )
    op.create_table(
        "grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("xero_user_id", sa.String(length=64), nullable=False),
        sa.Column("access_token", sa.Text(), nullable=False),
        sa.Column("refresh_token", sa.Text(), nullable=False),
        sa.Column("access_expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refresh_expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grant")),
        sa.UniqueConstraint("xero_user_id", name=op.f("uq_grant_xero_user_id")),
    )
    op.create_table(
        "tally",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", "day", name=op.f("pk_tally")),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("grant_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("short_code", sa.String(), nullable=True),
        sa.Column("base_currency", sa.String(length=3), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("plan", sa.String(length=32), nullable=True),
        sa.Column("period_lock_date", sa.Date(), nullable=True),
        sa.Column("end_of_year_lock_date", sa.Date(), nullable=True),
        sa.Column("chart", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("chart_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused", sa.String(), nullable=True),
        sa.Column("minute_left", sa.Integer(), nullable=True),
        sa.Column("minute_opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("day_left", sa.Integer(), nullable=True),
        sa.Column("day_opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("day_most", sa.Integer(), nullable=True),
        sa.Column("calls_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("xero_clock", sa.DateTime(timezone=True), nullable=True),
        sa.Column("least_urgent", sa.SmallInteger(), nullable=True),
        sa.Column("least_urgent_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_in_a_row", sa.Integer(), nullable=False),
        sa.Column("unauthorised_in_a_row", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["grant_id"], ["grant.id"], name=op.f("fk_organisation_grant_id_grant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("tenant_id", name=op.f("uq_organisation_tenant_id")),
    )
    op.create_table(
        "batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("endpoint", sa.String(length=32), nullable=False),
        sa.Column("path_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "ready",
                "sent",
                "unknown",
                "closed",
                name="batchstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("written_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempt_id", sa.String(length=36), nullable=True),
        sa.Column("doubtful", sa.Boolean(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_batch_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
    )
    op.create_index(
        "ix_batch_open", "batch", ["organisation_id", "id"], unique=False, postgresql_where=sa.text("state <> 'closed'")
    )
    op.create_index(
        "uq_batch_in_flight", "batch", ["organisation_id"], unique=True, postgresql_where=sa.text("state = 'sent'")
    )
    op.create_index("uq_batch_key", "batch", ["key"], unique=True)
    op.create_table(
        "store",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=24), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("prefix", sa.String(length=24), nullable=False),
        sa.Column("posting", sa.Boolean(), nullable=False),
        sa.Column("paused", sa.String(), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_batch_size", sa.Integer(), nullable=False),
        sa.Column("orders_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notify_address", sa.Text(), nullable=True),
        sa.Column("notify_off", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("notify_locale", sa.String(length=16), nullable=True),
        sa.Column("gift_cards_read_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gift_cards_go_on", sa.String(), nullable=True),
        sa.Column("gift_cards_reading_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("orders_read_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("orders_go_on", sa.String(), nullable=True),
        sa.Column("look_back_go_on", sa.String(), nullable=True),
        sa.Column("looked_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("served_version", sa.String(length=16), nullable=True),
        sa.Column("subscriptions", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("subscriptions_checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uninstalled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_store_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store")),
    )
    op.create_index("uq_store_channel_external_id", "store", ["channel", "external_id"], unique=True)
    op.create_index("uq_store_organisation_prefix", "store", ["organisation_id", "prefix"], unique=True)
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "held",
                "stopped",
                "backlog",
                "digest",
                "test",
                name="alertkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("cause", sa.String(length=64), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_alert_store_id_store")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    op.create_index("ix_alert_store", "alert", ["store_id", "id"], unique=False)
    op.create_index(
        "uq_alert_digest", "alert", ["store_id", "cause"], unique=True, postgresql_where=sa.text("kind = 'digest'")
    )
    op.create_index(
        "uq_alert_open",
        "alert",
        ["store_id", "kind", "cause"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_audit_entry_store_id_store")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index(op.f("ix_audit_entry_store_id"), "audit_entry", ["store_id"], unique=False)
    op.create_table(
        "changed_day",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_changed_day_store_id_store")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changed_day")),
    )
    op.create_index("ix_changed_day_store", "changed_day", ["store_id", "day"], unique=False)
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("grant_id", sa.Integer(), nullable=True),
        sa.Column("return_code_sha256", sa.String(length=64), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["grant_id"], ["grant.id"], name=op.f("fk_consent_grant_id_grant")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_consent_store_id_store")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_store_id"), "consent", ["store_id"], unique=False)
    op.create_index("uq_consent_nonce", "consent", ["nonce"], unique=True)
    op.create_index("uq_consent_return_code", "consent", ["return_code_sha256"], unique=True)
    op.create_table(
        "contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("number", sa.String(length=50), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("suffix", sa.Integer(), nullable=False),
        sa.Column("xero_id", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_contact_store_id_store")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_index("uq_contact_key", "contact", ["store_id", "key"], unique=True)
    op.create_table(
        "day_total",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("sold", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("in_xero", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_day_total_store_id_store")),
        sa.PrimaryKeyConstraint("store_id", "day", "currency", name=op.f("pk_day_total")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("webhook_id", sa.String(length=128), nullable=False),
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.Column("event_id", sa.String(length=128), nullable=True),
        sa.Column("order_external_id", sa.String(length=128), nullable=True),
        sa.Column("kept", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("triggered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "done", name="deliverystate", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("order_updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stale_reads", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "recorded",
                "nothing to post",
                "waiting",
                "held",
                "left out",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_delivery_store_id_store")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    op.create_index(
        "ix_delivery_done_order",
        "delivery",
        ["store_id", "order_external_id"],
        unique=False,
        postgresql_where=sa.text("state = 'done'"),
    )
    op.create_index(
        "ix_delivery_open",
        "delivery",
        ["store_id", "priority", "tries", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("uq_delivery_store_webhook_id", "delivery", ["store_id", "webhook_id"], unique=True)
    op.create_table(
        "dry_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "editing",
                "running",
                "done",
                "stopped",
                name="dryrunstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("orders_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("looked_at", sa.Integer(), nullable=False),
        sa.Column("last_placed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_order_id", sa.Integer(), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("saved_version", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_dry_run_store_id_store")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dry_run")),
    )
    op.create_index(
        "uq_dry_run_open", "dry_run", ["store_id"], unique=True, postgresql_where=sa.text("closed_at IS NULL")
    )
    op.create_table(
        "import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "listing",
                "looking",
                "ready",
                "running",
                "paused",
                "stopped",
                "done",
                name="importstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_by", sa.String(), nullable=False),
        sa.Column("listing_id", sa.String(length=128), nullable=True),
        sa.Column("listing_tries", sa.Integer(), nullable=False),
        sa.Column("listed_to", sa.BigInteger(), nullable=False),
        sa.Column("look_at", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leave_out", sa.Boolean(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.String(), nullable=True),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("posted", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("nothing", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("on_the_way", sa.Integer(), nullable=False),
        sa.Column("ahead", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_import_store_id_store")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import")),
    )
    op.create_index("ix_import_store", "import", ["store_id", "id"], unique=False)
    op.create_index(
        "uq_import_open",
        "import",
        ["store_id"],
        unique=True,
        postgresql_where=sa.text("state NOT IN ('stopped', 'done')"),
    )
    op.create_table(
        "mapping",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applies_from", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_mapping_store_id_store")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mapping")),
    )
    op.create_index("uq_mapping_store_version", "mapping", ["store_id", "version"], unique=True)
    op.create_table(
        "order_facts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(length=128), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("store_updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "recorded",
                "nothing to post",
                "waiting",
                "held",
                "left out",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("amount", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("sold_at", sa.String(length=64), nullable=True),
        sa.Column("gateways", sa.ARRAY(sa.String()), nullable=True),
        sa.Column("words", sa.String(), nullable=True),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed("to_tsvector('simple'::regconfig, words)", persisted=True),
            nullable=True,
        ),
        sa.Column("skipped_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_order_facts_store_id_store")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_facts")),
    )
    op.create_index("ix_order_facts_gateways", "order_facts", ["gateways"], unique=False, postgresql_using="gin")
    op.create_index("ix_order_facts_search", "order_facts", ["search"], unique=False, postgresql_using="gin")
    op.create_index("ix_order_facts_store_amount", "order_facts", ["store_id", "amount"], unique=False)
    op.create_index("ix_order_facts_store_name", "order_facts", ["store_id", "name"], unique=False)
    op.create_index(
        "ix_order_facts_store_outcome", "order_facts", ["store_id", "outcome", "placed_at", "id"], unique=False
    )
    op.create_index(
        "ix_order_facts_store_placed_at",
        "order_facts",
        ["store_id", "placed_at", "id"],
        unique=False,
        postgresql_include=["outcome", "amount", "sold_at", "gateways"],
    )
    op.create_index(
        "ix_order_facts_store_sold_at", "order_facts", ["store_id", "sold_at", "placed_at", "id"], unique=False
    )
    op.create_index("uq_order_facts_store_external_id", "order_facts", ["store_id", "external_id"], unique=True)
    op.create_table(
        "posting_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("number", sa.String(length=200), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_posting_group_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_posting_group_store_id_store")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting_group")),
    )
    op.create_index("uq_posting_group_key", "posting_group", ["store_id", "kind", "key", "currency"], unique=True)
    op.create_index("uq_posting_group_number", "posting_group", ["organisation_id", "number"], unique=True)
    op.create_table(
        "seen",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column(
            "seen_as",
            sa.Enum("tax", "gateway", "kind", name="seenas", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("what", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("first_placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_order", sa.String(length=255), nullable=False),
        sa.Column("mapped", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_seen_store_id_store")),
        sa.PrimaryKeyConstraint("store_id", "seen_as", "key", name=op.f("pk_seen")),
    )
    op.create_index("ix_seen_unmapped", "seen", ["store_id"], unique=False, postgresql_where=sa.text("NOT mapped"))
    op.create_table(
        "setup_draft",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_setup_draft_store_id_store")),
        sa.PrimaryKeyConstraint("store_id", name=op.f("pk_setup_draft")),
    )
    op.create_table(
        "store_grant",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("scopes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("access_token", sa.Text(), nullable=False),
        sa.Column("refresh_token", sa.Text(), nullable=True),
        sa.Column("access_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refresh_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_store_grant_store_id_store")),
        sa.PrimaryKeyConstraint("store_id", name=op.f("pk_store_grant")),
    )
    op.create_table(
        "day_sales",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["order_facts.id"], name=op.f("fk_day_sales_order_id_order_facts")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_day_sales_store_id_store")),
        sa.PrimaryKeyConstraint("order_id", "day", name=op.f("pk_day_sales")),
    )
    op.create_index(
        "ix_day_sales_store_day",
        "day_sales",
        ["store_id", "day"],
        unique=False,
        postgresql_include=["currency", "amount"],
    )
    op.create_table(
        "document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("mapping_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=255), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("event_day", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("total_tax", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("reverses_id", sa.Integer(), nullable=True),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "recorded",
                "posted",
                "differs",
                "voided",
                name="documentstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("xero_id", sa.String(length=36), nullable=True),
        sa.Column("xero_total", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.Column("xero_total_tax", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_document_contact_id_contact")),
        sa.ForeignKeyConstraint(["group_id"], ["posting_group.id"], name=op.f("fk_document_group_id_posting_group")),
        sa.ForeignKeyConstraint(["mapping_id"], ["mapping.id"], name=op.f("fk_document_mapping_id_mapping")),
        sa.ForeignKeyConstraint(["reverses_id"], ["document.id"], name=op.f("fk_document_reverses_id_document")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_document_store_id_store")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    op.create_index(op.f("ix_document_number"), "document", ["number"], unique=False)
    op.create_index(
        "ix_document_store_event_day",
        "document",
        ["store_id", "event_day"],
        unique=False,
        postgresql_include=["kind", "currency", "total", "state", "xero_total"],
    )
    op.create_index("uq_document_role", "document", ["group_id", "role", "generation"], unique=True)
    op.create_index(
        "uq_document_xero_id", "document", ["xero_id"], unique=True, postgresql_where=sa.text("kind <> 'void'")
    )
    op.create_table(
        "import_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(length=128), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("paid", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("refunded", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "due",
                "known",
                "handed over",
                "left out",
                name="importorderstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("document", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["import.id"], name=op.f("fk_import_order_import_id_import")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_order")),
    )
    op.create_index(
        "ix_import_order_due",
        "import_order",
        ["import_id", "placed_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'due'"),
    )
    op.create_index(
        "ix_import_order_found",
        "import_order",
        ["import_id", "id"],
        unique=False,
        postgresql_where=sa.text("document IS NOT NULL"),
    )
    op.create_index("ix_import_order_number", "import_order", ["import_id", "number"], unique=False)
    op.create_index("ix_import_order_total", "import_order", ["import_id", "total"], unique=False)
    op.create_index("uq_import_order", "import_order", ["import_id", "external_id"], unique=True)
    op.create_table(
        "skip",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("skipped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("skipped_by", sa.String(), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["order_facts.id"], name=op.f("fk_skip_order_id_order_facts")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_skip_store_id_store")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skip")),
    )
    op.create_index(
        "ix_skip_open_store", "skip", ["store_id"], unique=False, postgresql_where=sa.text("taken_back_at IS NULL")
    )
    op.create_index("ix_skip_order", "skip", ["order_id"], unique=False)
    op.create_index(
        "uq_skip_open", "skip", ["order_id"], unique=True, postgresql_where=sa.text("taken_back_at IS NULL")
    )
    op.create_table(
        "tender",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(length=128), nullable=False),
        sa.Column("parent_external_id", sa.String(length=128), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("gateway", sa.String(length=255), nullable=False),
        sa.Column("amount", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["order_facts.id"], name=op.f("fk_tender_order_id_order_facts")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_tender_store_id_store")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tender")),
    )
    op.create_index(op.f("ix_tender_order_id"), "tender", ["order_id"], unique=False)
    op.create_index("uq_tender_store_external_id", "tender", ["store_id", "external_id"], unique=True)
    op.create_table(
        "document_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("agreement_external_id", sa.String(length=128), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_document_order_document_id_document")),
        sa.ForeignKeyConstraint(["order_id"], ["order_facts.id"], name=op.f("fk_document_order_order_id_order_facts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_order")),
    )
    op.create_index(op.f("ix_document_order_order_id"), "document_order", ["order_id"], unique=False)
    op.create_index(
        "uq_document_order", "document_order", ["document_id", "order_id", "agreement_external_id"], unique=True
    )
    op.create_table(
        "settlement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("to_document_id", sa.Integer(), nullable=True),
        sa.Column("removes_id", sa.Integer(), nullable=True),
        sa.Column("tender_id", sa.Integer(), nullable=True),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=36), nullable=True),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("bank_amount", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.Column("reference", sa.String(length=255), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("xero_id", sa.String(length=36), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_settlement_amount_positive")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_settlement_document_id_document")),
        sa.ForeignKeyConstraint(["group_id"], ["posting_group.id"], name=op.f("fk_settlement_group_id_posting_group")),
        sa.ForeignKeyConstraint(["removes_id"], ["settlement.id"], name=op.f("fk_settlement_removes_id_settlement")),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_settlement_tender_id_tender")),
        sa.ForeignKeyConstraint(
            ["to_document_id"], ["document.id"], name=op.f("fk_settlement_to_document_id_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement")),
    )
    op.create_index(op.f("ix_settlement_group_id"), "settlement", ["group_id"], unique=False)
    op.create_index(
        "ix_settlement_xero_id",
        "settlement",
        ["xero_id"],
        unique=False,
        postgresql_where=sa.text("xero_id IS NOT NULL"),
    )
    op.create_index(
        "uq_settlement_what",
        "settlement",
        ["document_id", "kind", "tender_id", "to_document_id", "ordinal"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "dispatch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("endpoint", sa.String(length=32), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("settlement_id", sa.Integer(), nullable=True),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "ready",
                "sending",
                "posted",
                "held",
                "left out",
                name="dispatchstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("webhook_id", sa.String(length=128), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "num_nonnulls(document_id, settlement_id, contact_id) = 1", name=op.f("ck_dispatch_one_subject")
        ),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_dispatch_contact_id_contact")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_dispatch_document_id_document")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_dispatch_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["settlement_id"], ["settlement.id"], name=op.f("fk_dispatch_settlement_id_settlement")
        ),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_dispatch_store_id_store")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch")),
    )
    op.create_index(
        "ix_dispatch_lag",
        "dispatch",
        ["posted_at"],
        unique=False,
        postgresql_include=["told_at"],
        postgresql_where=sa.text("told_at IS NOT NULL"),
    )
    op.create_index(
        "ix_dispatch_ready",
        "dispatch",
        ["organisation_id", "endpoint", "priority", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'ready'"),
    )
    op.create_index(
        "ix_dispatch_unposted", "dispatch", ["store_id"], unique=False, postgresql_where=sa.text("state <> 'posted'")
    )
    op.create_index(
        "ix_dispatch_waiting",
        "dispatch",
        ["organisation_id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("uq_dispatch_contact", "dispatch", ["contact_id"], unique=True)
    op.create_index("uq_dispatch_document", "dispatch", ["document_id"], unique=True)
    op.create_index("uq_dispatch_settlement", "dispatch", ["settlement_id"], unique=True)
    op.create_table(
        "batch_element",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("dispatch_id", sa.Integer(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_batch_element_batch_id_batch")),
        sa.ForeignKeyConstraint(["dispatch_id"], ["dispatch.id"], name=op.f("fk_batch_element_dispatch_id_dispatch")),
        sa.PrimaryKeyConstraint("batch_id", "position", name=op.f("pk_batch_element")),
    )
    op.create_index("ix_batch_element_dispatch", "batch_element", ["dispatch_id"], unique=False)
    op.create_index(
        "uq_batch_element_open", "batch_element", ["dispatch_id"], unique=True, postgresql_where=sa.text("open")
    )
    op.create_table(
        "dispatch_need",
        sa.Column("dispatch_id", sa.Integer(), nullable=False),
        sa.Column("needs_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["dispatch_id"], ["dispatch.id"], name=op.f("fk_dispatch_need_dispatch_id_dispatch")),
        sa.ForeignKeyConstraint(["needs_id"], ["dispatch.id"], name=op.f("fk_dispatch_need_needs_id_dispatch")),
        sa.PrimaryKeyConstraint("dispatch_id", "needs_id", name=op.f("pk_dispatch_need")),
    )
    op.create_index(op.f("ix_dispatch_need_needs_id"), "dispatch_need", ["needs_id"], unique=False)
    op.create_table(
        "hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("dispatch_id", sa.Integer(), nullable=True),
        sa.Column("delivery_id", sa.Integer(), nullable=True),
        sa.Column("tender_external_id", sa.String(length=128), nullable=True),
        sa.Column("cause", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("sentence", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_hold_delivery_id_delivery")),
        sa.ForeignKeyConstraint(["dispatch_id"], ["dispatch.id"], name=op.f("fk_hold_dispatch_id_dispatch")),
        sa.ForeignKeyConstraint(["order_id"], ["order_facts.id"], name=op.f("fk_hold_order_id_order_facts")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_hold_store_id_store")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    op.create_index(
        "ix_hold_dispatch", "hold", ["dispatch_id"], unique=False, postgresql_where=sa.text("dispatch_id IS NOT NULL")
    )
    op.create_index(
        "ix_hold_open_cause",
        "hold",
        ["store_id", "cause", "id"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_hold_order", "hold", ["order_id"], unique=False)
    op.create_index(
        "uq_hold_open",
        "hold",
        ["store_id", "order_id", "dispatch_id", "delivery_id", "cause", "subject", "tender_external_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
