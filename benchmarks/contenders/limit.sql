-- Authenticates the caller, and builds the response of `benchmarks.operations.matrix_query` for their classes.
WITH caller AS (
  SELECT teacher.id
  FROM primepath_apitoken AS token
  JOIN auth_user AS account ON account.id = token.user_id AND account.is_active
  JOIN primepath_teacher AS teacher ON teacher.user_id = account.id
  WHERE token.digest = %(digest)s AND token.revoked_at IS NULL
    AND (token.expires_at IS NULL OR token.expires_at > now())
    AND token.password_fingerprint = encode(sha256(convert_to(account.password, 'UTF8')), 'hex')
)
SELECT (SELECT count(*) FROM caller), json_build_object('data', json_build_object('scheduleMatrix', json_build_object(
  'rows', coalesce(json_agg(json_build_object(
    'schoolClass', json_build_object('code', class.code, 'name', class.name),
    'curriculum', json_build_object(
      'label', coalesce(curriculum.first, 'Not assigned'),
      'primary', CASE WHEN curriculum.first IS NOT NULL THEN json_build_object('name', curriculum.first) END,
      'secondary', CASE WHEN curriculum.second IS NOT NULL THEN json_build_object('name', curriculum.second) END
    ),
    'cells', matrix.cells
  ) ORDER BY array_position(ARRAY['PRIMARY', 'MIDDLE', 'HIGH'], class.division::text), class.grade, class.section_order),
  '[]'::json)
)))::text
FROM caller
JOIN primepath_teacherclassassignment AS assignment ON assignment.teacher_id = caller.id AND assignment.is_active
  AND (assignment.expires_at IS NULL OR assignment.expires_at > now())
JOIN primepath_schoolclass AS class ON class.code = assignment.class_code AND class.is_active
  AND (%(codes)s::text[] IS NULL OR class.code = ANY (%(codes)s::text[]))
CROSS JOIN LATERAL (
  SELECT max(name) FILTER (WHERE priority = 1) AS first, max(name) FILTER (WHERE priority = 2) AS second
  FROM (
    SELECT mapping.priority, program.name || ' ' || subprogram.name || ' L' || level.level_number AS name
    FROM primepath_classcurriculummapping AS mapping
    JOIN primepath_curriculumlevel AS level ON level.id = mapping.curriculum_level_id
    JOIN primepath_subprogram AS subprogram ON subprogram.id = level.subprogram_id
    JOIN primepath_program AS program ON program.id = subprogram.program_id
    WHERE mapping.class_code = class.code AND mapping.academic_year = %(year)s
  ) AS named
) AS curriculum
CROSS JOIN LATERAL (
  SELECT json_agg(json_build_object(
    'id', 'MatrixCell:' || class.code || '/' || %(year)s::int || '/' || period.name,
    'period', period.name,
    'status', coalesce(cell.status, 'EMPTY'),
    'color', CASE coalesce(cell.status, 'EMPTY') WHEN 'EMPTY' THEN '#F5F5F5' WHEN 'DRAFT' THEN '#F3E5F5'
      WHEN 'SCHEDULED' THEN '#E3F2FD' WHEN 'IN_PROGRESS' THEN '#FFF3E0' ELSE '#E8F5E9' END,
    'icon', CASE coalesce(cell.status, 'EMPTY') WHEN 'EMPTY' THEN '⬜' WHEN 'DRAFT' THEN '📝'
      WHEN 'SCHEDULED' THEN '📅' WHEN 'IN_PROGRESS' THEN '⏳' ELSE '✅' END,
    'version', coalesce(cell.version, 0),
    'examCount', exam.number,
    'exams', coalesce(exam.exams, '[]'::json)
  ) ORDER BY period.position) AS cells
  FROM unnest(ARRAY[
    'JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC', 'Q1', 'Q2', 'Q3', 'Q4'
  ]) WITH ORDINALITY AS period (name, position)
  LEFT JOIN primepath_examschedulematrix AS cell
    ON cell.id = class.code || '/' || %(year)s::int || '/' || period.name
  CROSS JOIN LATERAL (
    SELECT count(*) AS number, json_agg(json_build_object(
      'id', 'Exam:' || exam.id, 'name', exam.name, 'type', exam.type, 'totalQuestions', exam.total_questions
    ) ORDER BY exam.name_order, exam.id) AS exams
    FROM primepath_matrixcellexam AS link
    -- OFFSET keeps the planner from reading all exams for each cell.
    CROSS JOIN LATERAL (SELECT * FROM primepath_exam AS exam WHERE exam.id = link.exam_id OFFSET 0) AS exam
    WHERE link.cell_id = cell.id
  ) AS exam
) AS matrix
