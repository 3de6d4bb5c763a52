-- The replies to one activity that have not expired, newest first. No row where there is no such activity, or none any
-- more; one of NULLs where nobody has replied.
SELECT public.activity_json(shown.activity, shown.author) AS activity, (shown.activity).created_at,
  (shown.activity).uuid
FROM public.activities AS answered
LEFT JOIN LATERAL (
  SELECT activity, author
  FROM public.activities AS activity
  JOIN public.users AS author ON author.uuid = activity.user_uuid
  WHERE activity.reply_to_activity_uuid = answered.uuid
    AND (activity.expires_at > now() OR activity.expires_at IS NULL)
    AND (activity.created_at, activity.uuid) < (:created_at, :uuid)
  ORDER BY activity.created_at DESC, activity.uuid DESC
  LIMIT :limit
) AS shown ON true
WHERE answered.uuid = :reply_to AND (answered.expires_at > now() OR answered.expires_at IS NULL)
ORDER BY (shown.activity).created_at DESC, (shown.activity).uuid DESC
