-- Adds a reply and counts it, both or neither. One row that says what was missing: the author, or, with a NULL for the
-- activity, what they would reply to. A reply without a time to live of its own ends with what it replies to.
WITH author AS (
  SELECT users AS person
  FROM public.users
  WHERE cognito_user_id = :cognito_user_id OR public.handle_digest(handle) = public.handle_digest(:handle)
), parent AS (
  -- Two replies at once wait for each other here, and both are counted.
  UPDATE public.activities SET replies_count = replies_count + 1
  WHERE uuid = :reply_to AND (expires_at > now() OR expires_at IS NULL) AND EXISTS (SELECT FROM author)
  RETURNING uuid, expires_at
), added AS (
  INSERT INTO public.activities (user_uuid, message, reply_to_activity_uuid, expires_at)
  SELECT (person).uuid, :message, parent.uuid,
    coalesce(now() + make_interval(secs => :seconds_to_live), parent.expires_at)
  FROM author, parent
  RETURNING activities AS activity
)
SELECT
  EXISTS (SELECT FROM author) AS has_author,
  (SELECT public.activity_json(activity, person) FROM added, author) AS activity
