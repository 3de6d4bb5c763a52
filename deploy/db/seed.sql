-- Two users and an activity to look at. Seeding again adds nothing and gives the activity ten more days.
-- The ids are mocks that no Cognito pool hands out (its own are UUIDs).
BEGIN;

INSERT INTO public.users (display_name, handle, email, cognito_user_id)
VALUES
  ('Andrew Brown', 'andrewbrown', 'andrewbrown@example.com', 'mock-andrewbrown'),
  ('Andrew Bayko', 'bayko', 'bayko@example.com', 'mock-bayko')
ON CONFLICT (cognito_user_id) DO NOTHING;

INSERT INTO public.activities (uuid, user_uuid, message, expires_at)
SELECT '5eed0000-0000-4000-8000-000000000001', uuid, 'Sown with the seed data.', now() + interval '10 days'
FROM public.users
WHERE cognito_user_id = 'mock-andrewbrown'
ON CONFLICT (uuid) DO UPDATE SET expires_at = excluded.expires_at;

COMMIT;
