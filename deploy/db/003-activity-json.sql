-- An instant as text, in UTC whatever the session's zone is: 2026-11-21T06:46:00.123456Z.
CREATE FUNCTION public.rfc3339(instant timestamptz) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN to_char(instant AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');

-- An activity as clients get it.
CREATE FUNCTION public.activity_json(activity public.activities, author public.users) RETURNS json
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN (
  SELECT row_to_json(shown)
  FROM (
    SELECT activity.uuid, author.display_name, author.handle, activity.message,
      activity.replies_count, activity.reposts_count, activity.likes_count, activity.reply_to_activity_uuid,
      public.rfc3339(activity.expires_at) AS expires_at, public.rfc3339(activity.created_at) AS created_at
  ) AS shown
);
