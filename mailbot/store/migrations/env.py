"""What alembic runs to migrate. Connection and transaction are those of `mailbot.store.migrate`, which commits."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
