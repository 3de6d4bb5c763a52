-- Handles that look the same belong to one user. They are shown as they were chosen.

-- No sign-up may come between: those that go on are waited for, and others wait until this is committed, which takes
-- some seconds for a million users. The feed can be read meanwhile.
LOCK TABLE public.users IN SHARE ROW EXCLUSIVE MODE;

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

-- users_handle_key stays, because the programs before this migration find users by it. Whoever of several users came
-- first keeps their handle. The others' gets an end, as it does when a handle is taken at the sign-up. The setting
-- tells cruddur.migrate, which shows it to whoever migrates; from psql it is a notice. No handle is in it.
DO $$
DECLARE
  later public.users[] := '{}';
  person public.users;
  number integer;
  suffix text;
  remarks text[] := '{}';
BEGIN
  BEGIN
    CREATE UNIQUE INDEX users_handle_digest_key ON public.users (public.handle_digest(handle));
  EXCEPTION
    WHEN unique_violation THEN
      later := ARRAY(
        SELECT placed.person
        FROM (
          SELECT users AS person,
            row_number() OVER (PARTITION BY public.handle_digest(handle) ORDER BY created_at, uuid) AS place
          FROM public.users
        ) AS placed
        WHERE place > 1
        ORDER BY (placed.person).created_at, (placed.person).uuid
      );
      -- Out of the index's way, for now.
      UPDATE public.users SET handle = gen_random_uuid() WHERE uuid IN (SELECT uuid FROM unnest(later));
      CREATE UNIQUE INDEX users_handle_digest_key ON public.users (public.handle_digest(handle));
  END;
  FOREACH person IN ARRAY later LOOP
    number := 1;
    LOOP
      suffix := CASE number
        WHEN 1 THEN left(person.cognito_user_id, 8)
        WHEN 2 THEN person.cognito_user_id
        ELSE person.cognito_user_id || '-' || number - 1
      END;
      BEGIN
        UPDATE public.users
        SET handle =
          coalesce(nullif(left(person.handle, greatest(63 - char_length(suffix), 0)), '') || '-', '') || suffix
        WHERE uuid = person.uuid;
        EXIT;
      EXCEPTION
        WHEN unique_violation THEN number := number + 1;
      END;
    END LOOP;
    remarks := remarks || format(
      'The user %s (sub %s) has another handle now, theirs and a part of their sub: it looked like that of somebody '
      'who came before them.', person.uuid, person.cognito_user_id);
    RAISE NOTICE '%', remarks[array_upper(remarks, 1)];
  END LOOP;
  PERFORM set_config('cruddur.remarks', to_json(remarks)::text, true);
END
$$;
