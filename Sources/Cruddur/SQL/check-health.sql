-- Whether the database answers, and has the tables.
SELECT FROM public.users, public.activities LIMIT 0
