-- Which of these ids of Cognito's nobody has: their positions in the array, the first being 1.
SELECT listed.position
FROM unnest(:cognito_user_ids::text[]) WITH ORDINALITY AS listed (cognito_user_id, position)
LEFT JOIN LATERAL (
  -- LIMIT has each looked up by the index. Joined without it, all of the table would be read for every few thousand ids.
  SELECT true AS is_there FROM public.users WHERE users.cognito_user_id = listed.cognito_user_id LIMIT 1
) AS found ON true
WHERE found.is_there IS NULL
