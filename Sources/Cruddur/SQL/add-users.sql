-- Rows for users, as add-user.sql makes each, and whose they are. In the order of their ids, so that of two who
-- add the same users one waits for the other, and seldom both.
INSERT INTO public.users (display_name, email, handle, cognito_user_id)
SELECT display_name, email, handle, cognito_user_id
FROM unnest(:display_names::text[], :emails::text[], :handles::text[], :cognito_user_ids::text[])
  AS listed (display_name, email, handle, cognito_user_id)
ORDER BY cognito_user_id
ON CONFLICT DO NOTHING
RETURNING cognito_user_id
