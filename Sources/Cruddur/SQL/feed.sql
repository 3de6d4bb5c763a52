-- Activities that have not expired, newest first, from those before an instant and an id on. The feed's index gives
-- them in this order.
SELECT public.activity_json(activity, author) AS activity, activity.created_at, activity.uuid
FROM public.activities AS activity
JOIN public.users AS author ON author.uuid = activity.user_uuid
WHERE (activity.expires_at > now() OR activity.expires_at IS NULL)
  AND (activity.created_at, activity.uuid) < (:created_at, :uuid)
ORDER BY activity.created_at DESC, activity.uuid DESC
LIMIT :limit
