-- Who somebody is to everybody else, by their id of Cognito's. No row where they have none.
SELECT row_to_json(shown) AS profile
FROM (
  SELECT uuid, display_name, handle FROM public.users WHERE cognito_user_id = :cognito_user_id
) AS shown
