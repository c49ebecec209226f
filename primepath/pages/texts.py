"""The texts that the page at ``/`` writes itself, in the language of the request. Texts that its HTML shows are in the template."""

from __future__ import annotations

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from primepath.domain.history import HistoryAction
from primepath.domain.language import Language
from primepath.exchange.columns import SCHEDULE
from primepath.pages.words import matrix_words, words
from primepath.terms import label


def texts() -> dict[str, str]:
    """Return the texts by the names that the scripts use. A name in braces is a value that the script fills in."""
    return {
        **words(),
        **matrix_words(),
        **_cell(),
        **_fields(),
        **_changes(),
        **_history(),
        **_exams(),
        **_several(),
        **_files(),
        **_new_year(),
        **_page(),
    }


def _cell() -> dict[str, str]:
    return {
        "edit": _("Edit"),
        "view_only": _("View only"),
        "can_edit": _("You can edit this cell"),
        "warnings": _("Warnings"),
        "hidden_cells": _("Cells that you cannot see: {count}"),
        "accepted": _("Accepted: {reason}"),
        "gone": _("You no longer have access to this cell. Reload the page."),
        "request_id": _("Request ID {id}."),
        "not_set": _("Not set"),
    }


def _fields() -> dict[str, str]:
    return {
        "status": _("Status"),
        "scheduledDate": _("Date"),
        "startTime": _("Start"),
        "endTime": _("End"),
        "room": _("Room"),
        "invigilatorId": _("Invigilator"),
        "notes": _("Notes"),
        "no_invigilator": _("No invigilator"),
        "teachers_not_loaded": _("Not all teachers could be loaded"),
    }


def _changes() -> dict[str, str]:
    return {
        "save": _("Save"),
        "cancel": _("Cancel"),
        "saving": _("Saving …"),
        "saved": _("Saved."),
        "is_saving": _("being saved"),
        "is_unsaved": _("not saved"),
        "is_changed": _("changed by {name}"),
        "others_changed": _("Others have changed {cells}."),
        "session_ended": _("Your session has ended. Changes by others no longer appear here."),
        "changed_just_now": _("{name} has just changed this cell."),
        "changed_before_save": _(
            "{name} has just changed this cell. When you save, you can choose what to keep."
        ),
        "changed_before_assigning": _(
            "{name} has just changed this cell. What you have entered stays. Save it to see the change."
        ),
        "unsaved_cell": _("The change of {cell} is not saved. Open the cell to continue."),
        "nothing_changed": _("Nothing was changed."),
        "unfinished": _("This is not a complete date or time."),
        "no_number": _("This is not a whole number."),
        "outside": _("This must be from {min} to {max}."),
        "discard": _("Discard the changes that you have not saved?"),
        "undo": _("Undo"),
        "undo_change": _("Undo {change}"),
        "undone": _("Undone: {change}."),
        "redo": _("Redo"),
        "redo_change": _("Redo {change}"),
        "redone": _("Redone: {change}."),
        "the_changes": _("the changes"),
        "changed_since": _("Nothing was undone, because something has changed since."),
        "is_undone": _("Undone"),
        "undo_all": _("“{change}” changed {summary}. Undo all of it?"),
        "redo_all": _("This concerns {summary}. Redo all of it?"),
        "changed_cell": _("change of {cell}"),
        "conflict": _("{name} has changed this cell since you opened it. Nothing is saved yet."),
        "another_user": _("Another user"),
        "conflict_field": _("{field}: which one?"),
        "yours": _("Yours: {value}"),
        "theirs": _("Theirs: {value}"),
        "theirs_taken": _("{field} is now {value}."),
        "choose_and_save": _("Choose, then save again."),
        "empty_value": _("empty"),
    }


def _history() -> dict[str, str]:
    """Return the texts of lists of changes. An action has its value as its name."""
    return {
        **{action.value: label(action) for action in HistoryAction},
        "history": _("History"),
        "older_changes": _("Older changes"),
        "no_changes": _("No changes yet."),
        "exams_added": _("Exams added: {names}."),
        "exams_removed": _("Exams removed: {names}."),
    }


def _exams() -> dict[str, str]:
    return {
        "no_exams": _("No exams"),
        "remove": _("Remove"),
        "remove_exam": _("Remove {name}"),
        "assign_exams": _("Assign exams"),
        "new_exam": _("New exam"),
        "search_exams": _("Search by name or level"),
        "found_exams": _("Exams found: {count}"),
        "first_of_exams": _("Exams found: {count}. The first {shown} are shown."),
        "of_level": _("{level}, the level of this class"),
        "assign": _("Assign"),
        "created_only": _("The exam was created but not assigned. Send again to assign it."),
        "create_and_assign": _("Create and assign"),
        "name": _("Name"),
        "totalQuestions": _("Questions"),
        "timerMinutes": _("Minutes"),
        "passingScore": _("Pass mark (%)"),
    }


def _several() -> dict[str, str]:
    return {
        "copy_to": _("Copy to other cells"),
        "selected": _("{number} selected."),
        "select_targets": _("Copy of {cell}: {number} selected."),
        "change_together": _("Change together"),
        "copy_here": _("Copy here"),
        "copy_title": _("Copy {cell} to {number}"),
        "change_title": _("Change {number}"),
        "empty_is_unchanged": _("What you leave empty stays as it is."),
        "unchanged": _("Unchanged"),
        "preview": _("Preview"),
        "would_change": _("{number} would be as you want. No warnings."),
        "would_change_warned": _("{number} would be as you want, with these warnings."),
        "changed_cells": _("change of {number}"),
        "copied_cell": _("copy of {cell} to {number}"),
        "shiftDays": _("Move dates by days"),
        "clear": _("Clear"),
        "clear_field": _("Clear: {field}"),
        "no_cell_left": _("This would change no cell."),
        "block_conflict": _("{number} changed since you loaded the page. Nothing is saved yet."),
        "choose_and_preview": _("Choose, then preview again."),
        "changed_cell_by": _("{cell}, changed by {name}"),
        "other_fields_changed": _("None of your fields is concerned."),
        "the_copy": _("the copy"),
        "onExisting": _("If a cell has exams"),
        "existing_merge": _("Keep them and add the others"),
        "existing_replace": _("Replace exams, date and times"),
        "existing_reject": _("Do not copy anything"),
    }


def _files() -> dict[str, str]:
    headers = SCHEDULE.headers(get_language() or Language.EN)
    return {
        **{f"column_{name}": header for name, header in headers.items()},
        "export": _("Export"),
        "format": _("Format"),
        "format_xlsx": _("Spreadsheet (XLSX)"),
        "format_csv": _("Text (CSV)"),
        "format_ics": _("Calendar (ICS)"),
        "export_filtered": _("The file has the cells of the classes and statuses that are shown."),
        "export_ready": _("The file was made. Your browser saves it."),
        "file": _("File"),
        "no_file": _("Choose a file first."),
        "import_merge": _("Keep them and add the file's exams"),
        "import_replace": _("Replace them with the file's exams"),
        "import_reject": _("Reject the row"),
        "skip_rejected": _("Import the other rows if some have problems"),
        "import_preview": _(
            "{changed} would change. Rows without a change: {unchanged}. Rows with problems: {rejected}."
        ),
        "rows_rejected": _("Correct the rows with problems, or import the other rows only."),
        "row": _("Row"),
        "cell": _("Cell"),
        "import_effect": _("Changes or problems"),
        "more_rows": _("More rows"),
        "import_of": _("import of {file}"),
        "imported": _("Imported: {cells}."),
    }


def _new_year() -> dict[str, str]:
    return {
        "fromYear": _("Copy from"),
        "toYear": _("Copy to"),
        "parts": _("What is copied"),
        "part_curriculum": _("Levels of the classes"),
        "part_exams": _("Exams of the year"),
        "part_schedule": _("Cells"),
        "part_assignments": _("Access of teachers"),
        "part_report": _("{part}: {copied} copied, {skipped} skipped"),
        "year_dates": _("Dates"),
        "dates_same_weekday": _("The same weekday, at most six days away"),
        "dates_same_date": _("The same day and month"),
        "dates_none": _("No dates"),
        "year_onExisting": _("If something is there already"),
        "year_existing_skip": _("Keep it"),
        "year_existing_merge": _("Add what is missing"),
        "year_existing_replace": _("Replace it"),
        "plan_of": _("plan of {year}"),
    }


def _page() -> dict[str, str]:
    return {
        "warning_count": _("Warnings: {count}"),
        "all_grades": _("All grades"),
        "grade": _("Grade {grade}"),
        "all_statuses": _("All statuses"),
        "print_title": _("Exam schedule {year}"),
        "classCode": _("Class"),
        "accessLevel": _("Access"),
        "level_full": _("Full access"),
        "level_co_teacher": _("Co-teacher"),
        "level_substitute": _("Substitute"),
        "level_view": _("View only"),
        "reason": _("Reason"),
        "classes_not_loaded": _("Not all classes could be loaded. Close this and try again."),
        "can_edit_all_classes": _("You can already edit every class."),
        "send_request": _("Send request"),
        "request_sent": _("The request was sent. A head teacher decides about it."),
        "close": _("Close"),
    }
