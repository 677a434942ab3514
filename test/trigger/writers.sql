-- A database full of what writes the count or the records, and of what only looks as if it did.
CREATE SCHEMA app;
CREATE SCHEMA "My-App";
CREATE TABLE generations (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, preset_id uuid);
CREATE TABLE totals (usage_count integer);
CREATE TABLE "My-App".presets (id uuid, usage_count integer);

-- By hand, and by somebody who calls it.
CREATE FUNCTION bump(p uuid) RETURNS void LANGUAGE sql AS 'UPDATE presets SET usage_count = usage_count + 1 WHERE id = p';
CREATE FUNCTION app.use(p uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN PERFORM public.bump(p); END $$;
CREATE FUNCTION app.use_twice(p uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM app.use(p); PERFORM app.use(p); END $$;
CREATE FUNCTION app.atomic(p uuid) RETURNS void LANGUAGE sql BEGIN ATOMIC UPDATE public.presets SET usage_count = usage_count - 1 WHERE id = p; END;
CREATE PROCEDURE app.recount() LANGUAGE plpgsql AS $$ BEGIN
  UPDATE public.presets p SET usage_count = c.n FROM (SELECT preset_id, count(*) AS n FROM public.preset_usage GROUP BY 1) c WHERE c.preset_id = p.id;
END $$;
CREATE PROCEDURE app.clean() LANGUAGE sql AS 'DELETE FROM public.preset_usage WHERE created_at < now() - interval ''90 days''';
CREATE FUNCTION app.merged() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  MERGE INTO public.presets p USING totals t ON false WHEN MATCHED THEN UPDATE SET usage_count = p.usage_count + 2 WHEN NOT MATCHED THEN DO NOTHING;
END $$;
CREATE FUNCTION app.run_sql(query text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE query; END $$;
CREATE FUNCTION app.dynamic() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE format('UPDATE %I.%I SET usage_count = 0', 'public', 'presets'); END $$;
CREATE FUNCTION app.loop_a() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM app.loop_b(); END $$;
CREATE FUNCTION app.loop_b() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM app.loop_a(); TRUNCATE public.preset_usage; END $$;

-- These do not: comments, strings, readings, other tables, another search_path.
CREATE FUNCTION app.reads() RETURNS bigint LANGUAGE sql AS 'SELECT sum(usage_count) FROM public.presets WHERE usage_count > 0';
CREATE FUNCTION app.says() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  -- UPDATE presets SET usage_count = 0;
  RAISE NOTICE 'UPDATE presets SET usage_count = 0';
  UPDATE public.presets SET name = name WHERE usage_count = 0;
  UPDATE totals SET usage_count = usage_count + 1;
  UPDATE "My-App".presets SET usage_count = usage_count + 1;
END $$;
CREATE FUNCTION app.elsewhere() RETURNS void LANGUAGE sql SET search_path = "My-App" AS 'UPDATE presets SET usage_count = 0';
CREATE FUNCTION app.partitions(day date) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE format('CREATE TABLE %I (id int)', 'p' || day); END $$;
CREATE FUNCTION app.archives(year text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'INSERT INTO preset_usages_' || year || ' SELECT * FROM public.preset_usage'; END $$;
CREATE FUNCTION app.any_table(t text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'DELETE FROM preset_' || t; EXECUTE format('UPDATE generations SET %I = 0', t); END $$;

-- Triggers, on both tables and elsewhere.
CREATE FUNCTION app.on_generation() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM public.bump(NEW.preset_id); RETURN NEW; END $$;
CREATE TRIGGER counts_too AFTER INSERT ON generations FOR EACH ROW EXECUTE FUNCTION app.on_generation();
ALTER TABLE generations DISABLE TRIGGER counts_too;
CREATE FUNCTION app.clamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.usage_count := OLD.usage_count + 1; RETURN NEW; END $$;
CREATE TRIGGER clamp BEFORE UPDATE OF name ON presets FOR EACH ROW EXECUTE FUNCTION app.clamp();
CREATE FUNCTION app.whole() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW := jsonb_populate_record(NEW, '{}'); RETURN NEW; END $$;
CREATE TRIGGER whole BEFORE INSERT ON presets FOR EACH ROW EXECUTE FUNCTION app.whole();

-- Rules and views, one that is written through by PostgreSQL, under other names, and one by a trigger.
CREATE RULE also AS ON INSERT TO generations DO ALSO UPDATE presets SET usage_count = usage_count + 1 WHERE id = NEW.preset_id;
CREATE VIEW popular AS SELECT id AS preset, usage_count AS uses FROM presets WHERE usage_count > 0;
CREATE FUNCTION app.by_view() RETURNS void LANGUAGE sql AS 'UPDATE public.popular SET uses = uses + 1';
CREATE VIEW recent AS SELECT * FROM preset_usage;
CREATE VIEW summary AS SELECT p.id, count(*) AS uses FROM presets p JOIN preset_usage u ON u.preset_id = p.id GROUP BY p.id;
CREATE FUNCTION app.instead() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.preset_usage (preset_id, usage_type) VALUES (NEW.id, 'view'); RETURN NEW; END $$;
CREATE TRIGGER instead INSTEAD OF UPDATE ON summary FOR EACH ROW EXECUTE FUNCTION app.instead();

-- A column that follows the count.
ALTER TABLE presets ADD doubled integer GENERATED ALWAYS AS (usage_count * 2) STORED;

-- An organisation takes its users along, and they their records.
CREATE TABLE organisations (id uuid PRIMARY KEY);
ALTER TABLE users ADD organisation uuid CONSTRAINT users_organisation_fkey REFERENCES organisations ON DELETE CASCADE;

-- pg_cron's table, as far as it is looked at.
CREATE SCHEMA cron;
CREATE TABLE cron.job (jobid bigint PRIMARY KEY, schedule text, command text, database text DEFAULT current_database(), username text DEFAULT current_user, active boolean DEFAULT true, jobname text);
INSERT INTO cron.job (jobid, schedule, command, jobname, active) VALUES
  (1, '0 3 * * *', 'CALL app.clean()', 'retention', true),
  (2, '@hourly', 'UPDATE presets SET usage_count = 0', NULL, false),
  (3, '@daily', 'VACUUM preset_usage', 'vacuum', true);
INSERT INTO cron.job (jobid, schedule, command, database) VALUES (4, '@daily', 'TRUNCATE preset_usage', 'another');
