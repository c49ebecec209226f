"""The history has entries of links to set a password."""

import primepath.domain.history
from django.db import migrations, models

from primepath.db.migrating import AddCheck, RemoveCheck


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('primepath', '0090_account_links'),
    ]

    operations = [
        RemoveCheck(
            model_name='historyentry',
            name='history_action_known',
        ),
        AddCheck(
            model_name='historyentry',
            constraint=models.CheckConstraint(condition=models.Q(('action__in', [primepath.domain.history.HistoryAction['ASSIGN_EXAMS'], primepath.domain.history.HistoryAction['UNASSIGN_EXAMS'], primepath.domain.history.HistoryAction['UPDATE_CELL'], primepath.domain.history.HistoryAction['UPDATE_CELLS'], primepath.domain.history.HistoryAction['CLONE_CELL'], primepath.domain.history.HistoryAction['SHARE_CELL'], primepath.domain.history.HistoryAction['CREATE_EXAM'], primepath.domain.history.HistoryAction['UPDATE_EXAM'], primepath.domain.history.HistoryAction['UPDATE_LEVEL'], primepath.domain.history.HistoryAction['SET_CLASS_CURRICULUM'], primepath.domain.history.HistoryAction['REQUEST_CLASS_ACCESS'], primepath.domain.history.HistoryAction['WITHDRAW_CLASS_ACCESS_REQUEST'], primepath.domain.history.HistoryAction['APPROVE_CLASS_ACCESS_REQUEST'], primepath.domain.history.HistoryAction['DENY_CLASS_ACCESS_REQUEST'], primepath.domain.history.HistoryAction['ASSIGN_TEACHER'], primepath.domain.history.HistoryAction['REVOKE_TEACHER'], primepath.domain.history.HistoryAction['CREATE_CLASS'], primepath.domain.history.HistoryAction['UPDATE_CLASS'], primepath.domain.history.HistoryAction['UPDATE_SCHOOL'], primepath.domain.history.HistoryAction['CLOSE_SCHOOL'], primepath.domain.history.HistoryAction['REOPEN_SCHOOL'], primepath.domain.history.HistoryAction['ACCEPT_WARNING'], primepath.domain.history.HistoryAction['CREATE_PROGRAM'], primepath.domain.history.HistoryAction['UPDATE_PROGRAM'], primepath.domain.history.HistoryAction['CREATE_SUB_PROGRAM'], primepath.domain.history.HistoryAction['UPDATE_SUB_PROGRAM'], primepath.domain.history.HistoryAction['CREATE_LEVEL'], primepath.domain.history.HistoryAction['CREATE_TEACHER'], primepath.domain.history.HistoryAction['UPDATE_TEACHER'], primepath.domain.history.HistoryAction['CREATE_ACCOUNT'], primepath.domain.history.HistoryAction['UPDATE_ACCOUNT'], primepath.domain.history.HistoryAction['SET_PASSWORD'], primepath.domain.history.HistoryAction['CREATE_ACCOUNT_LINK'], primepath.domain.history.HistoryAction['CREATE_TOKEN'], primepath.domain.history.HistoryAction['UNDO_CHANGES'], primepath.domain.history.HistoryAction['ROLL_OVER_YEAR'], primepath.domain.history.HistoryAction['IMPORT_SCHEDULE'], primepath.domain.history.HistoryAction['REVOKE_TOKEN']])), name='history_action_known'),
        ),
    ]
