-- Cruddur's tables, empty, for development: what the migrations beside this file make together. Loading this file drops
-- the tables first, with everything in them.
-- One transaction: it is loaded whole or not at all. From psql: psql -v ON_ERROR_STOP=1 -f schema.sql
BEGIN;

-- What refers to something else goes first and comes last.
DROP FUNCTION IF EXISTS public.activity_json;
DROP FUNCTION IF EXISTS public.rfc3339;
DROP TABLE IF EXISTS public.activities;
DROP TABLE IF EXISTS public.users;
DROP FUNCTION IF EXISTS public.handle_digest;
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

-- What is equal for handles that look the same: those that differ only in case, in Unicode's normalisation, in
-- characters without a width and in white space at their ends. A digest, because an index takes 2,700 bytes, and a
-- folded handle may have more. Both lower() and upper(), because each alone leaves some apart: the two small sigmas,
-- and the two sharp s. Normalized after each, because what a letter with accents becomes need not be.
DO $do$
DECLARE
  -- Unicode's Default_Ignorable_Code_Point.
  invisible CONSTANT text := '[\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u202A-\u202E'
    '\u2060-\u206F\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFF8\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A'
    '\U000E0000-\U000E0FFF]';
  -- Only ASCII's letters have cases in a database of another encoding, where text may be anything.
  folded text := 'upper(handle COLLATE "C")';
  white text := E' \t\n\x0B\f\r';
BEGIN
  IF getdatabaseencoding() = 'UTF8' THEN
    -- What else of Unicode's White_Space is not made a space by its normalization.
    white := white || chr(x'0085'::int) || chr(x'1680'::int) || chr(x'2028'::int) || chr(x'2029'::int);
    folded := format(
      $$CASE
        -- What is ASCII, as most handles are, needs none of Unicode's tables.
        WHEN octet_length(handle) = char_length(handle) THEN %s
        ELSE normalize(
          upper(normalize(lower(regexp_replace(handle, %L, '', 'g') COLLATE %s), NFKC)), NFKC) COLLATE "C"
      END$$,
      -- ICU's root collation knows all letters. The database's own, which is what a server without ICU has, may not.
      folded, invisible, coalesce(to_regcollation('pg_catalog."und-x-icu"')::text, '"default"'));
  END IF;
  -- Not STRICT: only then is the call replaced by the expression, which is ten times as fast.
  EXECUTE format(
    $$CREATE FUNCTION public.handle_digest(handle text) RETURNS bytea
      LANGUAGE sql IMMUTABLE PARALLEL SAFE
      RETURN sha256(replace(btrim(%s, %L), E'\\', E'\\\\')::bytea)$$,
    folded, white);
END
$do$;

-- They belong to one user, and are shown as they were chosen. users_handle_key is for programs from before this index.
CREATE UNIQUE INDEX users_handle_digest_key ON public.users (public.handle_digest(handle));

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
  ('003-activity-json', 'f296f9e3baf948bcf549c8853dee0581169486b96f7d9b97612f2ce7b1eeec2f'),
  ('004-handle-digest', '21e9ae301e1398ea07a76b699998cfd8efff0918fcef40195318545b6f194224');

COMMIT;
