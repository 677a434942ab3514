-- A job queue with webhooks, rate limits and an audit log. Nothing here is a count of other rows.
CREATE TYPE job_state AS ENUM ('ready', 'running', 'done', 'failed', 'dead');

CREATE TABLE queues (
  name text PRIMARY KEY,
  concurrency integer NOT NULL DEFAULT 5,
  max_jobs integer NOT NULL DEFAULT 10000,
  priority integer NOT NULL DEFAULT 0,
  paused boolean NOT NULL DEFAULT false
);

CREATE TABLE jobs (
  id bigserial PRIMARY KEY,
  queue text NOT NULL REFERENCES queues,
  state job_state NOT NULL DEFAULT 'ready',
  payload jsonb NOT NULL DEFAULT '{}',
  priority integer NOT NULL DEFAULT 0,
  retry_count integer NOT NULL DEFAULT 0,
  max_attempts integer NOT NULL DEFAULT 5,
  timeout_seconds integer NOT NULL DEFAULT 60,
  version integer NOT NULL DEFAULT 1,
  locked_by text,
  run_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE job_errors (
  id bigserial PRIMARY KEY,
  job_id bigint NOT NULL REFERENCES jobs ON DELETE CASCADE,
  message text NOT NULL,
  line_count integer NOT NULL DEFAULT 1,
  at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE endpoints (
  id serial PRIMARY KEY,
  host text NOT NULL,
  port integer NOT NULL DEFAULT 443,
  weight integer NOT NULL DEFAULT 1,
  consecutive_failures integer NOT NULL DEFAULT 0,
  max_connections integer NOT NULL DEFAULT 20
);

CREATE TABLE rate_limits (
  client text NOT NULL,
  window_start timestamptz NOT NULL,
  hits integer NOT NULL DEFAULT 0,
  PRIMARY KEY (client, window_start)
);

CREATE TABLE audit_log (
  id bigserial PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  actor text NOT NULL DEFAULT current_user,
  table_name text NOT NULL,
  operation text NOT NULL,
  row_id bigint,
  old_values jsonb,
  new_values jsonb
);

CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO audit_log (table_name, operation, row_id, new_values) VALUES (TG_TABLE_NAME, TG_OP, NEW.id, to_jsonb(NEW));
    RETURN NEW;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO audit_log (table_name, operation, row_id, old_values, new_values) VALUES (TG_TABLE_NAME, TG_OP, NEW.id, to_jsonb(OLD), to_jsonb(NEW));
    RETURN NEW;
  ELSE
    INSERT INTO audit_log (table_name, operation, row_id, old_values) VALUES (TG_TABLE_NAME, TG_OP, OLD.id, to_jsonb(OLD));
    RETURN OLD;
  END IF;
END $$;
CREATE TRIGGER audit_jobs AFTER INSERT OR UPDATE OR DELETE ON jobs FOR EACH ROW EXECUTE FUNCTION audit();
CREATE TRIGGER audit_endpoints AFTER INSERT OR UPDATE OR DELETE ON endpoints FOR EACH ROW EXECUTE FUNCTION audit();

CREATE FUNCTION touch_job() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.updated_at := now();
  NEW.version := OLD.version + 1;
  RETURN NEW;
END $$;
CREATE TRIGGER touch_job BEFORE UPDATE ON jobs FOR EACH ROW EXECUTE FUNCTION touch_job();

-- an error in the log sends the job back
CREATE FUNCTION job_failed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE jobs
     SET state = 'ready', locked_by = NULL, run_at = now() + interval '1 minute', priority = 0
   WHERE id = NEW.job_id AND state = 'running';
  RETURN NEW;
END $$;
CREATE TRIGGER job_failed AFTER INSERT ON job_errors FOR EACH ROW EXECUTE FUNCTION job_failed();

CREATE FUNCTION take_job(p_queue text, p_worker text) RETURNS bigint LANGUAGE sql AS $$
  UPDATE jobs SET state = 'running', locked_by = p_worker
   WHERE id = (SELECT id FROM jobs WHERE queue = p_queue AND state = 'ready' AND run_at <= now() ORDER BY priority DESC, id LIMIT 1 FOR UPDATE SKIP LOCKED)
  RETURNING id
$$;

CREATE FUNCTION finish_job(p_job bigint, p_ok boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF p_ok THEN
    UPDATE jobs SET state = 'done' WHERE id = p_job;
  ELSE
    UPDATE jobs
       SET retry_count = retry_count + 1,
           state = CASE WHEN retry_count + 1 >= max_attempts THEN 'dead'::job_state ELSE 'failed'::job_state END
     WHERE id = p_job;
  END IF;
END $$;

CREATE FUNCTION allow(p_client text, p_limit integer) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  v_hits integer;
BEGIN
  INSERT INTO rate_limits (client, window_start, hits) VALUES (p_client, date_trunc('minute', now()), 1)
  ON CONFLICT (client, window_start) DO UPDATE SET hits = rate_limits.hits + 1
  RETURNING hits INTO v_hits;
  DELETE FROM rate_limits WHERE window_start < now() - interval '1 hour';
  RETURN v_hits <= p_limit;
END $$;

CREATE VIEW queue_sizes AS SELECT queue, state, count(*) AS jobs_count FROM jobs GROUP BY queue, state;
CREATE MATERIALIZED VIEW queue_daily AS
  SELECT queue, date_trunc('day', run_at) AS day, count(*) AS jobs_count, sum(retry_count) AS retries_total FROM jobs GROUP BY 1, 2;

INSERT INTO queues (name, concurrency, priority) VALUES ('mail', 5, 1), ('images', 2, 0), ('billing', 1, 9);
INSERT INTO jobs (queue, priority, max_attempts) SELECT (ARRAY['mail', 'images', 'billing'])[1 + n % 3], n % 4, 3 + n % 3 FROM generate_series(1, 30) n;
SELECT take_job(q, 'worker-1') FROM unnest(ARRAY['mail', 'mail', 'images', 'billing']) q;
SELECT finish_job(id, id % 2 = 0) FROM jobs WHERE state = 'running';
UPDATE jobs SET state = 'running' WHERE id IN (20, 21);
INSERT INTO job_errors (job_id, message) VALUES (20, 'timeout'), (21, 'refused'), (3, 'old');
INSERT INTO endpoints (host, port, weight) SELECT 'host' || n, 8000 + n, 1 + n % 3 FROM generate_series(1, 8) n;
SELECT allow('client' || n % 3, 5) FROM generate_series(1, 14) n;
REFRESH MATERIALIZED VIEW queue_daily;
