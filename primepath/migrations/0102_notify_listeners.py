"""A trigger that notifies the processes of the server of new entries in the history. Only on PostgreSQL; SQLite is polled."""

from django.db import migrations

CREATE = """
CREATE FUNCTION primepath_notify_listeners() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('primepath_history', '');
    RETURN NULL;
END
$$;
CREATE TRIGGER primepath_notify_listeners AFTER INSERT ON primepath_historyentry
FOR EACH STATEMENT EXECUTE FUNCTION primepath_notify_listeners();
"""
DROP = """
DROP TRIGGER primepath_notify_listeners ON primepath_historyentry;
DROP FUNCTION primepath_notify_listeners();
"""


def run(sql):
    def operation(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            # Also while an earlier version writes: the function is created before its trigger.
            schema_editor.execute(sql)

    return operation


class Migration(migrations.Migration):

    atomic = False

    dependencies = [('primepath', '0101_labels_of_columns')]

    operations = [migrations.RunPython(run(CREATE), run(DROP))]
