-- Cruddur's tables, empty, for development: what the migrations beside this file make together. Loading this file drops
-- the tables first, with everything in them.
-- One transaction: it is loaded whole or not at all. From psql: psql -v ON_ERROR_STOP=1 -f schema.sql
BEGIN;

-- What refers to something else goes first and comes last.
DROP FUNCTION IF EXISTS public.activity_json;
DROP FUNCTION IF EXISTS public.rfc3339;
DROP TABLE IF EXISTS public.activities;
DROP TABLE IF EXISTS public.users;
DROP TABLE IF EXISTS public.schema_migrations;

CREATE TABLE public.users (
  uuid uuid DEFAULT gen_random_uuid() NOT NULL,
  display_name text NOT NULL,
  handle text NOT NULL,
  -- NULL for those who signed up by phone. Not unique: a federated and a native user may share one.
  email text,
  -- Cognito's sub, which never changes, unlike its user names.
  cognito_user_id text NOT NULL,
  created_at timestamptz DEFAULT now() NOT NULL,
  CONSTRAINT users_pkey PRIMARY KEY (uuid),
  CONSTRAINT users_handle_key UNIQUE (handle),
  CONSTRAINT users_cognito_user_id_key UNIQUE (cognito_user_id)
);

CREATE TABLE public.activities (
  uuid uuid DEFAULT gen_random_uuid() NOT NULL,
  user_uuid uuid NOT NULL,
  message text NOT NULL,
  replies_count integer DEFAULT 0 NOT NULL,
  reposts_count integer DEFAULT 0 NOT NULL,
  likes_count integer DEFAULT 0 NOT NULL,
  reply_to_activity_uuid uuid,
  -- NULL for an activity that stays.
  expires_at timestamptz,
  created_at timestamptz DEFAULT now() NOT NULL,
  CONSTRAINT activities_pkey PRIMARY KEY (uuid),
  CONSTRAINT activities_user_uuid_fkey FOREIGN KEY (user_uuid) REFERENCES public.users (uuid),
  CONSTRAINT activities_reply_to_activity_uuid_fkey
    FOREIGN KEY (reply_to_activity_uuid) REFERENCES public.activities (uuid),
  CONSTRAINT activities_replies_count_check CHECK (replies_count >= 0),
  CONSTRAINT activities_reposts_count_check CHECK (reposts_count >= 0),
  CONSTRAINT activities_likes_count_check CHECK (likes_count >= 0)
);

-- The feed, newest first; uuid settles the order of activities of one instant.
CREATE INDEX activities_feed_idx ON public.activities (created_at DESC, uuid DESC);

-- A user's own feed.
CREATE INDEX activities_user_uuid_idx ON public.activities (user_uuid, created_at DESC, uuid DESC);

-- PostgreSQL indexes no foreign key by itself, and looks through it when an activity is deleted.
CREATE INDEX activities_reply_to_activity_uuid_idx ON public.activities (reply_to_activity_uuid)
  WHERE reply_to_activity_uuid IS NOT NULL;

-- An instant as text, in UTC whatever the session's zone is: 2026-11-21T06:46:00.123456Z.
CREATE FUNCTION public.rfc3339(instant timestamptz) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN to_char(instant AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');

-- An activity as clients get it.
CREATE FUNCTION public.activity_json(activity public.activities, author public.users) RETURNS json
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN (
  SELECT row_to_json(shown)
  FROM (
    SELECT activity.uuid, author.display_name, author.handle, activity.message,
      activity.replies_count, activity.reposts_count, activity.likes_count, activity.reply_to_activity_uuid,
      public.rfc3339(activity.expires_at) AS expires_at, public.rfc3339(activity.created_at) AS created_at
  ) AS shown
);

-- The migrations that are in here, so that db-migrate goes on from them; the checksum is the file's, by sha256sum.
CREATE TABLE public.schema_migrations (
  name text NOT NULL,
  checksum text NOT NULL,
  applied_at timestamptz DEFAULT now() NOT NULL,
  CONSTRAINT schema_migrations_pkey PRIMARY KEY (name)
);
INSERT INTO public.schema_migrations (name, checksum)
VALUES
  ('001-users', 'cb9b3bd9690f5087d2be7cd7e8b99d077462f0abacc25945f9d756ca84c62199'),
  ('002-activities', '722f48c8ec3613a1d20bd239467327c61fbccfcc8bd5136a5f1d3cc6247c78d1'),
  ('003-activity-json', 'f296f9e3baf948bcf549c8853dee0581169486b96f7d9b97612f2ce7b1eeec2f');

COMMIT;
