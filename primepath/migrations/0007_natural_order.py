"""Sort keys in which the numbers of names, sections and codes are compared by their value."""

from django.db import migrations, models

import primepath.db.fields

_BATCH = 1_000
_KEYS = {
    "Exam": ["name_order"],
    "Teacher": ["name_order"],
    "SchoolClass": ["section_order", "code_order"],
}


def _derive_keys(apps, schema_editor):
    for model_name, names in _KEYS.items():
        model = apps.get_model("primepath", model_name)
        rows = model.objects.using(schema_editor.connection.alias)
        fields = [model._meta.get_field(name) for name in names]
        changed = []
        for row in rows.only("pk", *(field.source for field in fields)).order_by("pk").iterator(_BATCH):
            for field in fields:
                setattr(row, field.attname, field.derive(getattr(row, field.source)))
            changed.append(row)
        rows.bulk_update(changed, names, batch_size=_BATCH)


# Long locks are accepted: older than the policy. Stop the server before this migration.
class Migration(migrations.Migration):

    dependencies = [
        ("primepath", "0006_recorded_changes"),
    ]

    operations = [
        migrations.AddField(
            model_name="exam",
            name="name_order",
            field=primepath.db.fields.FoldedOrderField(default="", max_length=600, source="name"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="teacher",
            name="name_order",
            field=primepath.db.fields.FoldedOrderField(default="", max_length=300, source="name"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="schoolclass",
            name="code_order",
            field=primepath.db.fields.NaturalOrderField(default="", max_length=64, source="code"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="schoolclass",
            name="section_order",
            field=primepath.db.fields.NaturalOrderField(default="", max_length=20, source="section"),
            preserve_default=False,
        ),
        migrations.RunPython(_derive_keys, migrations.RunPython.noop),
        migrations.RemoveIndex(model_name="exam", name="exam_by_name"),
        migrations.AddIndex(
            model_name="exam",
            index=models.Index(fields=["name_order", "id"], name="exam_by_name"),
        ),
        migrations.AlterField(
            model_name="teacher",
            name="name_key",
            field=primepath.db.fields.FoldedTextField(max_length=300, source="name"),
        ),
        migrations.AlterField(
            model_name="teacher",
            name="name_order",
            field=primepath.db.fields.FoldedOrderField(db_index=True, max_length=300, source="name"),
        ),
        migrations.AlterModelOptions(name="exam", options={"ordering": ["name_order", "id"]}),
        migrations.AlterModelOptions(name="teacher", options={"ordering": ["name_order", "id"]}),
    ]
