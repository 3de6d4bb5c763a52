-- Adds an activity of the user who has this id of Cognito's or this handle; the other one is NULL. One row with the
-- activity, or none where there is no such user.
WITH author AS (
  SELECT users AS person
  FROM public.users
  WHERE cognito_user_id = :cognito_user_id OR public.handle_digest(handle) = public.handle_digest(:handle)
), added AS (
  INSERT INTO public.activities (user_uuid, message, expires_at)
  SELECT (person).uuid, :message, now() + make_interval(secs => :seconds_to_live)
  FROM author
  RETURNING activities AS activity
)
SELECT public.activity_json(activity, person) AS activity
FROM added, author
