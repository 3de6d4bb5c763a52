-- The feed of one user. No row where there is no such user; one of NULLs where they have nothing to show.
SELECT public.activity_json(shown.activity, author) AS activity, (shown.activity).created_at, (shown.activity).uuid
FROM public.users AS author
LEFT JOIN LATERAL (
  SELECT activity
  FROM public.activities AS activity
  WHERE activity.user_uuid = author.uuid
    AND (activity.expires_at > now() OR activity.expires_at IS NULL)
    AND (activity.created_at, activity.uuid) < (:created_at, :uuid)
  ORDER BY activity.created_at DESC, activity.uuid DESC
  LIMIT :limit
) AS shown ON true
WHERE public.handle_digest(author.handle) = public.handle_digest(:handle)
ORDER BY (shown.activity).created_at DESC, (shown.activity).uuid DESC
