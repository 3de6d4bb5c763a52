-- Who uses Cruddur.
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
