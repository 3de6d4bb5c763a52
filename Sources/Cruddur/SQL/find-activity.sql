-- The activity, unless it has expired.
SELECT public.activity_json(activity, author) AS activity
FROM public.activities AS activity
JOIN public.users AS author ON author.uuid = activity.user_uuid
WHERE activity.uuid = :uuid AND (activity.expires_at > now() OR activity.expires_at IS NULL)
