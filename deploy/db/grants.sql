-- The application's role, cruddur_app, and all that it may: what the files of Sources/Cruddur/SQL need. Run after the
-- migrations, each time, in one transaction. What is as it should be is left alone: roles belong to the server, and two
-- databases of it may be migrated at once, but a role cannot be changed by two at once.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'cruddur_app') THEN
    CREATE ROLE cruddur_app LOGIN;
  END IF;
EXCEPTION
  -- Another database's migration was quicker.
  WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;

-- The role, not the session, ends what takes too long: a cancel request may never arrive, through RDS Proxy for one.
-- Nor may a function that Lambda froze in a transaction hold its locks until it thaws.
DO $$
DECLARE
  wanted CONSTANT text[] := ARRAY['statement_timeout=5s', 'idle_in_transaction_session_timeout=5s'];
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'cruddur_app' AND rolconfig @> wanted) THEN
    ALTER ROLE cruddur_app SET statement_timeout = '5s';
    ALTER ROLE cruddur_app SET idle_in_transaction_session_timeout = '5s';
  END IF;
END
$$;

-- On RDS, whoever has this role is let in with an IAM token:
-- https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.DBAccounts.html
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'rds_iam')
    AND NOT pg_catalog.pg_has_role('cruddur_app', 'rds_iam', 'MEMBER')
  THEN
    GRANT rds_iam TO cruddur_app;
  END IF;
END
$$;

-- Nobody makes tables but the database's owner, temporary ones neither.
DO $$
BEGIN
  EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO cruddur_app', current_database());
END
$$;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO cruddur_app;

-- What it had before, too: a right that is no longer listed here is gone. Whole rows are read, so that SELECT is by
-- table; what the application never sets (uuid, created_at, the other counts) it cannot.
REVOKE ALL ON public.users, public.activities FROM cruddur_app;
GRANT SELECT ON public.users, public.activities TO cruddur_app;
GRANT INSERT (display_name, handle, email, cognito_user_id) ON public.users TO cruddur_app;
GRANT INSERT (user_uuid, message, reply_to_activity_uuid, expires_at) ON public.activities TO cruddur_app;
GRANT UPDATE (replies_count) ON public.activities TO cruddur_app;

REVOKE ALL ON FUNCTION public.rfc3339, public.activity_json FROM PUBLIC, cruddur_app;
GRANT EXECUTE ON FUNCTION public.rfc3339, public.activity_json TO cruddur_app;
