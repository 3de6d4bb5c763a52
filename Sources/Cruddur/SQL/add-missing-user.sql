-- A row for a user who mostly has one: whether it is new. No row comes back where somebody else has the handle, or one
-- that looks the same, or where another process is adding the user at this moment. Nothing is written where the user is
-- there.
WITH present AS (
  SELECT FROM public.users WHERE cognito_user_id = :cognito_user_id
), added AS (
  INSERT INTO public.users (display_name, email, handle, cognito_user_id)
  SELECT :display_name, :email, :handle, :cognito_user_id
  WHERE NOT EXISTS (SELECT FROM present)
  ON CONFLICT DO NOTHING
  RETURNING true AS is_new
)
SELECT false AS is_new FROM present UNION ALL SELECT is_new FROM added
