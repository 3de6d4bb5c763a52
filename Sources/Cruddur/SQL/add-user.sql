-- A row for a user, once, however often and from wherever the event comes. No row is affected where the user has one
-- already, or somebody else has the handle, or one that looks the same.
INSERT INTO public.users (display_name, email, handle, cognito_user_id)
VALUES (:display_name, :email, :handle, :cognito_user_id)
ON CONFLICT DO NOTHING
