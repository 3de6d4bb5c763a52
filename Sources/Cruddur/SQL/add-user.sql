-- One row for each user, however often and from wherever the event comes. A row is returned if it is a new one.
INSERT INTO public.users (display_name, email, handle, cognito_user_id)
VALUES (:display_name, :email, :handle, :cognito_user_id)
ON CONFLICT DO NOTHING
