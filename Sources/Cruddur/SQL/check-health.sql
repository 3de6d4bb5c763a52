-- What the plans of the other statements do not show: whether the server does more than read, and whether activity_json
-- has all that it needs in its turn. Nothing is changed.
WITH nothing AS (
  UPDATE public.activities SET replies_count = replies_count WHERE false
)
SELECT public.activity_json(
  json_populate_record(NULL::public.activities, '{}'), json_populate_record(NULL::public.users, '{}'))
