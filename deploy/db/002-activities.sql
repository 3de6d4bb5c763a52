-- What they say.
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
