-- The application's role, cruddur_app, and all that it may: what the files of Sources/Cruddur/SQL need. Run after the
-- migrations, each time, in one transaction. Whatever else was given to it is taken back first. Its password stays, and
-- until when that is valid: they are whoever's who set them.
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

-- Of the role itself: its attributes, its memberships, and its settings, for every database and for this one. What is
-- as it should be is left alone: some of it, such as SUPERUSER, only a superuser may so much as mention.
--
-- The settings end what takes too long, because a cancel request may never arrive, through RDS Proxy for one; and the
-- transaction of a function that Lambda froze in it, which would hold its locks until it thaws. They are defaults that a
-- session of the role may change: what holds is the deadline that the application's code keeps.
DO $$
DECLARE
  wanted CONSTANT text[] := ARRAY['statement_timeout=5s', 'idle_in_transaction_session_timeout=5s'];
  attributes CONSTANT text[] := ARRAY(
    SELECT 'ALTER ROLE cruddur_app ' || attribute
    FROM pg_catalog.pg_roles, LATERAL (
      VALUES (rolsuper, 'NOSUPERUSER'), (rolcreatedb, 'NOCREATEDB'), (rolcreaterole, 'NOCREATEROLE'),
        (rolreplication, 'NOREPLICATION'), (rolbypassrls, 'NOBYPASSRLS'), (NOT rolinherit, 'INHERIT'),
        (NOT rolcanlogin, 'LOGIN'), (rolconnlimit <> -1, 'CONNECTION LIMIT -1')
    ) AS wrong (is_wrong, attribute)
    WHERE rolname = 'cruddur_app' AND is_wrong
  );
  settings CONSTANT text[] := ARRAY(
    SELECT format('ALTER ROLE cruddur_app IN DATABASE %I RESET ALL', datname)
    FROM pg_catalog.pg_db_role_setting JOIN pg_catalog.pg_database ON pg_database.oid = setdatabase
    WHERE setrole = 'cruddur_app'::regrole AND datname = current_database()
  ) || CASE WHEN EXISTS (
    SELECT FROM pg_catalog.pg_roles WHERE rolname = 'cruddur_app' AND rolconfig @> wanted AND rolconfig <@ wanted
  ) THEN '{}' ELSE ARRAY[
    'ALTER ROLE cruddur_app RESET ALL',
    'ALTER ROLE cruddur_app SET statement_timeout = ''5s''',
    'ALTER ROLE cruddur_app SET idle_in_transaction_session_timeout = ''5s'''
  ] END;
  -- On RDS, whoever has the role rds_iam is let in with an IAM token:
  -- https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.DBAccounts.html
  memberships CONSTANT text[] := ARRAY(
    -- Before version 16 whoever granted it may have been dropped, and PostgreSQL does not ask who it was.
    SELECT format('REVOKE %s FROM cruddur_app %s CASCADE', roleid::regrole, 'GRANTED BY ' || pg_roles.oid::regrole)
    FROM pg_catalog.pg_auth_members LEFT JOIN pg_catalog.pg_roles ON pg_roles.oid = grantor
    WHERE member = 'cruddur_app'::regrole AND (admin_option OR roleid <> coalesce(to_regrole('rds_iam'), 0))
  ) || ARRAY(
    SELECT 'GRANT rds_iam TO cruddur_app'
    FROM pg_catalog.pg_roles
    WHERE rolname = 'rds_iam' AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_auth_members
      WHERE member = 'cruddur_app'::regrole AND roleid = pg_roles.oid AND NOT admin_option
    )
  );
  statements CONSTANT text[] := attributes || settings || memberships;
  statement text;
BEGIN
  IF statements <> '{}' THEN
    -- Roles belong to the server: this waits for whoever changes the role from another database, because two cannot do
    -- so at once.
    COMMENT ON ROLE cruddur_app IS 'The application. What it may is in deploy/db/grants.sql.';
  END IF;
  FOREACH statement IN ARRAY statements LOOP
    EXECUTE statement;
  END LOOP;
  IF NOT EXISTS (
    SELECT FROM pg_catalog.pg_roles WHERE rolname = 'cruddur_app' AND rolconfig @> wanted AND rolconfig <@ wanted
  ) OR EXISTS (
    SELECT FROM pg_catalog.pg_db_role_setting JOIN pg_catalog.pg_database ON pg_database.oid = setdatabase
    WHERE setrole = 'cruddur_app'::regrole AND datname = current_database()
  ) THEN
    RAISE EXCEPTION 'cruddur_app keeps settings that only a superuser can reset'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
END
$$;

-- Of what this database has in it, of the database, and of what belongs to all of them: every right, also of columns,
-- and those that it would have by default on what is yet to be made.
DO $$
DECLARE
  object record;
BEGIN
  -- Twice: what is still there then was not ours to take back.
  FOR pass IN 1..2 LOOP
    FOR object IN
      SELECT DISTINCT deptype, type, identity
      FROM pg_catalog.pg_shdepend, LATERAL pg_catalog.pg_identify_object(classid, objid, 0),
        (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()) AS here (here)
      WHERE refclassid = 'pg_catalog.pg_authid'::regclass AND refobjid = 'cruddur_app'::regrole
        AND dbid IN (0, here) AND (classid <> 'pg_catalog.pg_database'::regclass OR objid = here)
        AND (deptype = 'a' OR deptype = 'o' AND type <> 'large object')
    LOOP
      IF object.deptype = 'o' THEN
        RAISE EXCEPTION 'cruddur_app owns the % %, with which it may do anything: give it another owner',
          object.type, object.identity USING ERRCODE = 'insufficient_privilege';
      ELSIF pass = 2 THEN
        RAISE EXCEPTION 'cruddur_app keeps rights on the % %, which only whoever granted them can take back',
          object.type, object.identity USING ERRCODE = 'insufficient_privilege';
      ELSIF object.type = 'default acl' THEN
        -- "for role ... on tables"
        EXECUTE 'ALTER DEFAULT PRIVILEGES '
          || regexp_replace(object.identity, ' on ([a-z ]+)$', ' REVOKE ALL ON \1 FROM cruddur_app CASCADE');
      ELSE
        EXECUTE format('REVOKE ALL ON %s %s FROM cruddur_app CASCADE', CASE
          WHEN object.type IN ('view', 'materialized view', 'foreign table') THEN 'TABLE'
          WHEN object.type IN ('function', 'procedure', 'aggregate') THEN 'ROUTINE'
          WHEN object.type = 'foreign-data wrapper' THEN 'FOREIGN DATA WRAPPER'
          WHEN object.type = 'server' THEN 'FOREIGN SERVER'
          WHEN object.type = 'parameter ACL' THEN 'PARAMETER'
          ELSE object.type
        END, object.identity);
      END IF;
    END LOOP;
  END LOOP;
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

-- Whole rows are read, so that SELECT is by table; what the application never sets (uuid, created_at, the other counts)
-- it cannot. What everybody may, it may as well.
REVOKE ALL ON public.users, public.activities, public.schema_migrations FROM PUBLIC;
GRANT SELECT ON public.users, public.activities TO cruddur_app;
GRANT INSERT (display_name, handle, email, cognito_user_id) ON public.users TO cruddur_app;
GRANT INSERT (user_uuid, message, reply_to_activity_uuid, expires_at) ON public.activities TO cruddur_app;
GRANT UPDATE (replies_count) ON public.activities TO cruddur_app;

REVOKE ALL ON FUNCTION public.rfc3339, public.activity_json, public.handle_digest FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.rfc3339, public.activity_json, public.handle_digest TO cruddur_app;
