"""Runs the migrations on the connection that `upgrade` opened and locked."""

from alembic import context

from formdigits.ledger.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
