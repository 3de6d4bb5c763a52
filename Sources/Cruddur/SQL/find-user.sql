-- One row, without columns, if there is a user with this id of Cognito's.
SELECT FROM public.users WHERE cognito_user_id = :cognito_user_id
