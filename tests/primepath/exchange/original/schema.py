"""The tables of the original PrimePath at each step of its four weeks, as its migrations made them."""

from __future__ import annotations

STEPS = {
    "placement-old": -2,  # generation 0, teachers without accounts
    "placement": -1,  # generation 0
    "routine": 4,  # generation 1
    "dates-in-exams": 8,  # generation 2, schedule in the exam
    "timeslots": 10,  # generation 2, schedule per class, time slots
    "periods": 12,  # generation 2, with access tables
    "matrix-first": 13,  # generation 3
    "matrix": 19,  # generation 3, both exam tables, class table
    "managed": 24,  # generation 4
    "managed-late": 28,  # generation 4, all columns
    "unified": 29,  # generation 5
    "cleaned": 30,  # generation 5, second exam table and class table dropped
}
R = "primepath_routinetest_"
END = 99

# table: [(column, declaration, first step, last step)], then (unique sets), then the steps in which the table is there
COLUMNS: dict[str, list[tuple[str, str, int, int]]] = {}
UNIQUE: dict[str, list[tuple[str, ...]]] = {}


def table(name: str, since: int, text: str, *unique: tuple[str, ...], until: int = END) -> None:
    """``text`` has a column a line: ``name declaration [@since[-until]]``."""
    columns = []
    for line in text.strip().splitlines():
        body, _, steps = line.strip().partition(" @")
        column, declaration = body.split(" ", 1)
        first, _, last = steps.partition("..")
        columns.append(
            (column, declaration, max(since, int(first or since)), min(until, int(last or until)))
        )
    COLUMNS[name] = columns
    UNIQUE[name] = list(unique)


PK = "integer NOT NULL PRIMARY KEY AUTOINCREMENT"
table(
    "django_migrations",
    -9,
    f"id {PK}\napp varchar(255) NOT NULL\nname varchar(255) NOT NULL\napplied datetime NOT NULL",
)
table(
    "auth_user",
    -9,
    f"""
id {PK}
password varchar(128) NOT NULL
last_login datetime NULL
is_superuser bool NOT NULL
username varchar(150) NOT NULL
last_name varchar(150) NOT NULL
email varchar(254) NOT NULL
is_staff bool NOT NULL
is_active bool NOT NULL
date_joined datetime NOT NULL
first_name varchar(150) NOT NULL""",
    ("username",),
)
table(
    "core_program",
    -9,
    f"""
id {PK}
name varchar(50) NOT NULL
grade_range_start integer NOT NULL
grade_range_end integer NOT NULL
order integer NOT NULL
created_at datetime NULL""",
    ("name",),
)
table(
    "core_subprogram",
    -9,
    f"""
id {PK}
name varchar(100) NOT NULL
order integer NOT NULL
program_id bigint NOT NULL
created_at datetime NULL""",
    ("program_id", "name"),
)
table(
    "core_curriculumlevel",
    -9,
    f"""
id {PK}
level_number integer NOT NULL
description text NOT NULL
subprogram_id bigint NOT NULL
created_at datetime NULL
internal_difficulty integer NULL @1""",
    ("subprogram_id", "level_number"),
)
table(
    "core_teacher",
    -9,
    f"""
id {PK}
name varchar(100) NOT NULL
email varchar(254) NOT NULL
phone varchar(20) NOT NULL
is_head_teacher bool NOT NULL
created_at datetime NULL
updated_at datetime NOT NULL
is_active bool NOT NULL @-1
user_id integer NULL @-1
global_access_level varchar(20) NOT NULL @21
is_kakao_user bool NOT NULL @27
profile_image_url varchar(500) NULL @27
kakao_id varchar(100) NULL @27""",
    ("email",),
    ("user_id",),
    ("kakao_id",),
)
table(
    R + "exam",
    1,
    """
id char(32) NOT NULL PRIMARY KEY
name varchar(200) NOT NULL
pdf_file varchar(100) NOT NULL
timer_minutes integer NOT NULL
total_questions integer NOT NULL
default_options_count integer NOT NULL
passing_score integer NULL
pdf_rotation integer NOT NULL
created_at datetime NOT NULL
updated_at datetime NOT NULL
is_active bool NOT NULL
created_by_id bigint NULL
curriculum_level_id bigint NULL
exam_type varchar(10) NOT NULL @3
academic_year varchar(4) NULL @5
time_period_month varchar(3) NULL @5
time_period_quarter varchar(2) NULL @5
class_codes text NOT NULL @6
allow_late_submission bool NOT NULL @7..8
late_submission_penalty integer NOT NULL @7..8
scheduled_date date NULL @7..8
scheduled_start_time time NULL @7..8
scheduled_end_time time NULL @7..8
instructions text NOT NULL @7
timeslot varchar(20) NULL @10..10
class_code varchar(50) NULL @22
answer_key JSON NULL @29
version INTEGER NULL @29""",
)
table(
    R + "classexamschedule",
    9,
    """
id char(32) NOT NULL PRIMARY KEY
class_code varchar(20) NOT NULL
scheduled_date date NULL
scheduled_start_time time NULL
scheduled_end_time time NULL
location varchar(100) NOT NULL
additional_instructions text NOT NULL
allow_late_submission bool NOT NULL
late_submission_penalty integer NOT NULL
created_at datetime NOT NULL
updated_at datetime NOT NULL
is_active bool NOT NULL
created_by_id bigint NULL
exam_id char(32) NOT NULL""",
    ("exam_id", "class_code"),
)
table(
    R + "teacherclassassignment",
    12,
    """
id char(32) NOT NULL PRIMARY KEY
class_code varchar(20) NOT NULL @12..14
class_code varchar(30) NOT NULL @15
access_level varchar(20) NOT NULL
assigned_date datetime NOT NULL
expires_on datetime NULL
is_active bool NOT NULL
notes text NOT NULL
assigned_by_id integer NULL
from_request_id char(32) NULL
teacher_id bigint NOT NULL""",
    ("teacher_id", "class_code", "is_active"),
)
table(
    R + "classaccessrequest",
    12,
    """
id char(32) NOT NULL PRIMARY KEY
class_code varchar(20) NOT NULL @12..14
class_code varchar(30) NOT NULL @15
request_type varchar(20) NOT NULL
reason_code varchar(30) NOT NULL
reason_text text NOT NULL
duration_start date NULL
duration_end date NULL
status varchar(20) NOT NULL
requested_at datetime NOT NULL
reviewed_at datetime NULL
admin_notes text NOT NULL
requested_access_level varchar(20) NOT NULL
reviewed_by_id integer NULL
teacher_id bigint NOT NULL""",
)
table(
    R + "accessauditlog",
    12,
    """
id char(32) NOT NULL PRIMARY KEY
timestamp datetime NOT NULL
action varchar(30) NOT NULL
class_code varchar(20) NOT NULL
details text NOT NULL
performed_by_id integer NULL
related_assignment_id char(32) NULL
related_request_id char(32) NULL
teacher_id bigint NULL""",
)
table(
    R + "examschedulematrix",
    13,
    """
id char(32) NOT NULL PRIMARY KEY
class_code varchar(20) NOT NULL
academic_year varchar(4) NOT NULL
time_period_type varchar(10) NOT NULL
time_period_value varchar(3) NOT NULL
scheduled_date date NULL
scheduled_start_time time NULL
scheduled_end_time time NULL
status varchar(20) NOT NULL
color_code varchar(7) NOT NULL
icon varchar(20) NOT NULL
created_at datetime NOT NULL
updated_at datetime NOT NULL
shared_with_classes text NOT NULL
is_template bool NOT NULL
notes text NOT NULL
metadata text NOT NULL
created_by_id bigint NULL
modified_by_id bigint NULL""",
    ("class_code", "academic_year", "time_period_type", "time_period_value"),
)
table(
    R + "examschedulematrix_exams",
    13,
    f"""
id {PK}
examschedulematrix_id char(32) NOT NULL
exam_id char(32) NOT NULL @13..19
routineexam_id char(32) NOT NULL @20""",
    ("examschedulematrix_id", "exam_id"),
    ("examschedulematrix_id", "routineexam_id"),
)
table(
    R + "classcurriculummapping",
    14,
    """
id char(32) NOT NULL PRIMARY KEY
class_code varchar(10) NOT NULL
academic_year varchar(4) NOT NULL
priority integer NOT NULL
is_active bool NOT NULL
created_at datetime NOT NULL
updated_at datetime NOT NULL
notes text NOT NULL
created_by_id integer NULL
curriculum_level_id bigint NOT NULL
modified_by_id integer NULL""",
    ("class_code", "curriculum_level_id", "academic_year"),
)
table(
    "routinetest_class",
    15,
    """
id char(32) NOT NULL PRIMARY KEY
name varchar(100) NOT NULL
grade_level varchar(50) NOT NULL
section varchar(50) NOT NULL
academic_year varchar(20) NOT NULL
is_active bool NOT NULL
created_at datetime NOT NULL
updated_at datetime NOT NULL
created_by_id integer NULL
program varchar(20) NULL @28
subprogram varchar(100) NULL @28""",
    ("name", "grade_level", "section", "academic_year"),
    until=29,
)
table(
    "routinetest_class_assigned_teachers",
    15,
    f"id {PK}\nclass_id char(32) NOT NULL\nteacher_id bigint NOT NULL",
    ("class_id", "teacher_id"),
    until=29,
)
table(
    "routinetest_exam",
    18,
    """
id char(32) NOT NULL PRIMARY KEY
name varchar(200) NOT NULL
exam_type varchar(20) NOT NULL
curriculum_level varchar(100) NOT NULL
academic_year varchar(10) NOT NULL
quarter varchar(2) NULL
pdf_file varchar(100) NULL
answer_key text NOT NULL
version integer NOT NULL
created_at datetime NOT NULL
updated_at datetime NOT NULL
is_active bool NOT NULL
created_by_id integer NULL
time_period_month varchar(3) NULL @19
time_period_quarter varchar(2) NULL @19
duration integer NOT NULL @26
instructions text NOT NULL @26""",
    ("name", "academic_year", "time_period_quarter", "time_period_month"),
    until=29,
)
table(
    "student_profile",
    22,
    f"id {PK}\nstudent_id varchar(20) NOT NULL\nphone_number varchar(15) NULL\ncreated_at datetime NOT NULL\nupdated_at datetime NOT NULL\nuser_id integer NOT NULL",
    ("user_id",),
)
