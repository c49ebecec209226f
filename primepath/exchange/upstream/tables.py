"""The tables and columns of the original PrimePath that are read. All others are not even looked at."""

from __future__ import annotations


def _columns(names: str) -> list[str]:
    return names.split()


_PREFIX = "primepath_routinetest_"

USER = "auth_user"
TEACHER = "core_teacher"
PROGRAM = "core_program"
SUBPROGRAM = "core_subprogram"
LEVEL = "core_curriculumlevel"
CLASS = "routinetest_class"
OLD_CLASS = f"{_PREFIX}class_model"
CLASS_TEACHER = "routinetest_class_assigned_teachers"
EXAM = f"{_PREFIX}exam"
MANAGED_EXAM = "routinetest_exam"
EXAM_DATE = f"{_PREFIX}classexamschedule"
CELL = f"{_PREFIX}examschedulematrix"
CELL_EXAM = f"{_PREFIX}examschedulematrix_exams"
ASSIGNMENT = f"{_PREFIX}teacherclassassignment"
REQUEST = f"{_PREFIX}classaccessrequest"
MAPPING = f"{_PREFIX}classcurriculummapping"
AUDIT = f"{_PREFIX}accessauditlog"

_CLASS_COLUMNS = _columns(
    "id name grade_level section academic_year is_active updated_at program subprogram"
)
TABLES: dict[str, list[str]] = {
    USER: _columns(
        "id username password email first_name last_name is_active is_staff is_superuser"
        " last_login date_joined"
    ),
    TEACHER: _columns("id name email is_head_teacher is_active user_id global_access_level"),
    PROGRAM: _columns("id name grade_range_start grade_range_end order"),
    SUBPROGRAM: _columns("id name order program_id"),
    LEVEL: _columns("id level_number subprogram_id"),
    CLASS: _CLASS_COLUMNS,
    OLD_CLASS: _CLASS_COLUMNS,
    CLASS_TEACHER: _columns("id class_id teacher_id"),
    EXAM: _columns(
        "id name exam_type academic_year time_period_month time_period_quarter class_codes class_code"
        " instructions curriculum_level_id timer_minutes total_questions passing_score created_by_id"
        " created_at updated_at is_active scheduled_date scheduled_start_time scheduled_end_time timeslot"
    ),
    MANAGED_EXAM: _columns(
        "id name exam_type curriculum_level academic_year quarter time_period_month time_period_quarter"
        " answer_key duration instructions created_by_id created_at updated_at is_active"
    ),
    EXAM_DATE: _columns(
        "id exam_id class_code scheduled_date scheduled_start_time scheduled_end_time location"
        " additional_instructions is_active"
    ),
    CELL: _columns(
        "id class_code academic_year time_period_type time_period_value scheduled_date"
        " scheduled_start_time scheduled_end_time status created_at updated_at shared_with_classes"
        " is_template notes metadata created_by_id modified_by_id"
    ),
    CELL_EXAM: _columns("id examschedulematrix_id exam_id routineexam_id"),
    ASSIGNMENT: _columns(
        "id teacher_id class_code access_level assigned_date expires_on is_active notes"
    ),
    REQUEST: _columns(
        "id teacher_id class_code request_type reason_code reason_text duration_start duration_end"
        " status requested_at reviewed_at reviewed_by_id admin_notes requested_access_level"
    ),
    MAPPING: _columns(
        "id class_code curriculum_level_id academic_year priority is_active created_at"
    ),
    AUDIT: _columns(
        "id timestamp action class_code details teacher_id performed_by_id related_request_id"
        " related_assignment_id"
    ),
}

NOT_CARRIED_COLUMNS = (
    "Not carried: papers (pdf_file), audio, questions and answer keys; descriptions and difficulty of levels. "
    "Phone numbers, Kakao accounts and pictures are not carried either. Colours and icons of cells follow from their status. "
    "Nor are pupils, their attempts and placement tests: completion figures start at zero."
)
