-- Users in the order of their ids of Cognito's, from the one after an id on, whose rows were made before an instant.
SELECT cognito_user_id, created_at
FROM public.users
WHERE cognito_user_id > :after AND created_at < :before
ORDER BY cognito_user_id
LIMIT :limit
