-- An issue tracker. An issue is named by its project and its number (WEB-12).
CREATE TABLE users (
  login TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  assigned_open_count INT NOT NULL DEFAULT 0,
  items_per_page INT NOT NULL DEFAULT 25
);

CREATE TABLE projects (
  key TEXT PRIMARY KEY CHECK (key ~ '^[A-Z]+$'),
  title TEXT NOT NULL,
  last_issue_number INT NOT NULL DEFAULT 0,
  issues_count INT NOT NULL DEFAULT 0,
  open_issues_count INT NOT NULL DEFAULT 0,
  max_attachments INT NOT NULL DEFAULT 10
);

CREATE TABLE milestones (
  id INT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project_key TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  title TEXT NOT NULL,
  due_on DATE,
  open_issues INT NOT NULL DEFAULT 0,
  closed_issues INT NOT NULL DEFAULT 0
);

CREATE TABLE issues (
  project_key TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  number INT NOT NULL,
  title TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'in_progress', 'closed')),
  priority INT NOT NULL DEFAULT 3,
  estimate_hours NUMERIC(6,2),
  parent_number INT,
  milestone_id INT REFERENCES milestones ON DELETE SET NULL,
  assignee TEXT REFERENCES users,
  lock_version INT NOT NULL DEFAULT 0,
  reopen_count INT NOT NULL DEFAULT 0,
  comments_count INT NOT NULL DEFAULT 0,
  votes INT NOT NULL DEFAULT 0,
  subtasks_count INT NOT NULL DEFAULT 0,
  attachments_count INT NOT NULL DEFAULT 0,
  spent_hours NUMERIC(8,2) NOT NULL DEFAULT 0,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (project_key, number),
  FOREIGN KEY (project_key, parent_number) REFERENCES issues (project_key, number)
);

CREATE TABLE comments (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project_key TEXT NOT NULL,
  issue_number INT NOT NULL,
  author TEXT NOT NULL REFERENCES users,
  body TEXT NOT NULL,
  is_system BOOLEAN NOT NULL DEFAULT FALSE,
  FOREIGN KEY (project_key, issue_number) REFERENCES issues ON DELETE CASCADE
);

CREATE TABLE issue_votes (
  project_key TEXT NOT NULL,
  issue_number INT NOT NULL,
  voter TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
  PRIMARY KEY (project_key, issue_number, voter),
  FOREIGN KEY (project_key, issue_number) REFERENCES issues ON DELETE CASCADE
);

CREATE TABLE attachments (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project_key TEXT NOT NULL,
  issue_number INT NOT NULL,
  filename TEXT NOT NULL,
  filesize INT NOT NULL,
  FOREIGN KEY (project_key, issue_number) REFERENCES issues ON DELETE CASCADE
);

CREATE TABLE time_entries (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project_key TEXT NOT NULL,
  issue_number INT NOT NULL,
  worker TEXT NOT NULL REFERENCES users,
  hours NUMERIC(6,2),  -- NULL while the clock runs
  FOREIGN KEY (project_key, issue_number) REFERENCES issues ON DELETE CASCADE
);

CREATE TABLE labels (
  id INT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  color TEXT NOT NULL DEFAULT '#cccccc',
  issues_count INT NOT NULL DEFAULT 0
);
CREATE TABLE issue_labels (
  project_key TEXT NOT NULL,
  issue_number INT NOT NULL,
  label_id INT NOT NULL REFERENCES labels ON DELETE CASCADE,
  PRIMARY KEY (project_key, issue_number, label_id),
  FOREIGN KEY (project_key, issue_number) REFERENCES issues ON DELETE CASCADE
);

CREATE TABLE webhooks (
  id INT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project_key TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  url TEXT NOT NULL,
  port INT,
  retry_count INT NOT NULL DEFAULT 0,
  failure_count INT NOT NULL DEFAULT 0
);

-- Numbers are given out per project.
CREATE FUNCTION give_issue_number() RETURNS trigger AS $$
BEGIN
  IF NEW.number IS NULL THEN
    UPDATE projects SET last_issue_number = last_issue_number + 1
     WHERE key = NEW.project_key
     RETURNING last_issue_number INTO NEW.number;
  END IF;
  RETURN NEW;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER a_number BEFORE INSERT ON issues FOR EACH ROW EXECUTE FUNCTION give_issue_number();

CREATE FUNCTION issue_versions() RETURNS trigger AS $$
BEGIN
  NEW.lock_version := OLD.lock_version + 1;
  IF OLD.state = 'closed' AND NEW.state <> 'closed' THEN
    NEW.reopen_count := OLD.reopen_count + 1;
  END IF;
  RETURN NEW;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER b_versions BEFORE UPDATE OF title, state, priority ON issues FOR EACH ROW EXECUTE FUNCTION issue_versions();

-- projects -----------------------------------------------------------------------
CREATE FUNCTION project_issue_counts() RETURNS trigger AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    UPDATE projects SET
      issues_count = issues_count + 1,
      open_issues_count = open_issues_count + CASE WHEN NEW.state IN ('open', 'in_progress') THEN 1 ELSE 0 END
    WHERE key = NEW.project_key;
    RETURN NEW;
  ELSIF TG_OP = 'DELETE' THEN
    UPDATE projects SET
      issues_count = issues_count - 1,
      open_issues_count = open_issues_count - CASE WHEN OLD.state IN ('open', 'in_progress') THEN 1 ELSE 0 END
    WHERE key = OLD.project_key;
    RETURN OLD;
  ELSE
    IF OLD.state = 'closed' AND NEW.state IN ('open', 'in_progress') THEN
      UPDATE projects SET open_issues_count = open_issues_count + 1 WHERE key = NEW.project_key;
    ELSIF OLD.state IN ('open', 'in_progress') AND NEW.state = 'closed' THEN
      UPDATE projects SET open_issues_count = open_issues_count - 1 WHERE key = NEW.project_key;
    END IF;
    RETURN NEW;
  END IF;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER project_issue_counts AFTER INSERT OR DELETE OR UPDATE OF state ON issues
  FOR EACH ROW EXECUTE FUNCTION project_issue_counts();

-- milestones: issues are moved between them and closed ------------------------------
CREATE FUNCTION milestone_counts() RETURNS trigger AS $$
BEGIN
  IF TG_OP IN ('UPDATE', 'DELETE') AND OLD.milestone_id IS NOT NULL THEN
    IF OLD.state = 'closed' THEN
      UPDATE milestones SET closed_issues = closed_issues - 1 WHERE id = OLD.milestone_id;
    ELSE
      UPDATE milestones SET open_issues = open_issues - 1 WHERE id = OLD.milestone_id;
    END IF;
  END IF;
  IF TG_OP IN ('INSERT', 'UPDATE') AND NEW.milestone_id IS NOT NULL THEN
    IF NEW.state = 'closed' THEN
      UPDATE milestones SET closed_issues = closed_issues + 1 WHERE id = NEW.milestone_id;
    ELSE
      UPDATE milestones SET open_issues = open_issues + 1 WHERE id = NEW.milestone_id;
    END IF;
  END IF;
  RETURN NULL;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER milestone_counts AFTER INSERT OR DELETE OR UPDATE OF milestone_id, state ON issues
  FOR EACH ROW EXECUTE FUNCTION milestone_counts();

-- who has how much to do ---------------------------------------------------------------
CREATE FUNCTION assigned_open() RETURNS trigger AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND OLD.assignee IS NOT NULL AND OLD.state <> 'closed' THEN
    UPDATE users SET assigned_open_count = assigned_open_count - 1 WHERE login = OLD.assignee;
  END IF;
  IF TG_OP <> 'DELETE' AND NEW.assignee IS NOT NULL AND NEW.state <> 'closed' THEN
    UPDATE users SET assigned_open_count = assigned_open_count + 1 WHERE login = NEW.assignee;
  END IF;
  RETURN NULL;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER assigned_open_add AFTER INSERT OR DELETE ON issues FOR EACH ROW EXECUTE FUNCTION assigned_open();
CREATE TRIGGER assigned_open_change AFTER UPDATE ON issues FOR EACH ROW
  WHEN (OLD.assignee IS DISTINCT FROM NEW.assignee OR OLD.state IS DISTINCT FROM NEW.state)
  EXECUTE FUNCTION assigned_open();

-- issues, by their two-part key ----------------------------------------------------------
CREATE FUNCTION issue_comments() RETURNS trigger AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NOT NEW.is_system THEN
    UPDATE issues SET comments_count = comments_count + 1
     WHERE project_key = NEW.project_key AND number = NEW.issue_number;
  ELSIF TG_OP = 'DELETE' AND NOT OLD.is_system THEN
    UPDATE issues SET comments_count = comments_count - 1
     WHERE project_key = OLD.project_key AND number = OLD.issue_number;
  ELSIF TG_OP = 'UPDATE' THEN
    IF NOT OLD.is_system THEN
      UPDATE issues SET comments_count = comments_count - 1
       WHERE project_key = OLD.project_key AND number = OLD.issue_number;
    END IF;
    IF NOT NEW.is_system THEN
      UPDATE issues SET comments_count = comments_count + 1
       WHERE project_key = NEW.project_key AND number = NEW.issue_number;
    END IF;
  END IF;
  RETURN NULL;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER issue_comments AFTER INSERT OR UPDATE OR DELETE ON comments FOR EACH ROW EXECUTE FUNCTION issue_comments();

CREATE FUNCTION vote_up() RETURNS trigger AS $$
BEGIN
  UPDATE issues i SET votes = i.votes + 1 WHERE (i.project_key, i.number) = (NEW.project_key, NEW.issue_number);
  RETURN NULL;
END $$ LANGUAGE plpgsql;
CREATE FUNCTION vote_down() RETURNS trigger AS $$
BEGIN
  UPDATE issues i SET votes = i.votes - 1 WHERE (i.project_key, i.number) = (OLD.project_key, OLD.issue_number);
  RETURN NULL;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER vote_given AFTER INSERT ON issue_votes FOR EACH ROW EXECUTE FUNCTION vote_up();
CREATE TRIGGER vote_taken AFTER DELETE ON issue_votes FOR EACH ROW EXECUTE FUNCTION vote_down();

CREATE FUNCTION issue_subtasks() RETURNS trigger AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    UPDATE issues SET subtasks_count = (SELECT COUNT(*) FROM issues s WHERE s.project_key = OLD.project_key AND s.parent_number = OLD.parent_number)
     WHERE project_key = OLD.project_key AND number = OLD.parent_number;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    UPDATE issues SET subtasks_count = (SELECT COUNT(*) FROM issues s WHERE s.project_key = NEW.project_key AND s.parent_number = NEW.parent_number)
     WHERE project_key = NEW.project_key AND number = NEW.parent_number;
  END IF;
  RETURN NULL;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER issue_subtasks AFTER INSERT OR DELETE OR UPDATE OF parent_number ON issues
  FOR EACH ROW EXECUTE FUNCTION issue_subtasks();

CREATE FUNCTION issue_hours() RETURNS trigger AS $$
DECLARE
  e time_entries;
BEGIN
  IF TG_OP = 'DELETE' THEN e := OLD; ELSE e := NEW; END IF;
  UPDATE issues SET spent_hours = COALESCE((
      SELECT SUM(t.hours) FROM time_entries t
       WHERE t.project_key = e.project_key AND t.issue_number = e.issue_number), 0)
   WHERE project_key = e.project_key AND number = e.issue_number;
  RETURN NULL;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER issue_hours AFTER INSERT OR UPDATE OR DELETE ON time_entries FOR EACH ROW EXECUTE FUNCTION issue_hours();

-- labels: a statement at a time -----------------------------------------------------------
CREATE FUNCTION label_counts() RETURNS trigger AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    WITH d AS (SELECT label_id, COUNT(*)::int AS n FROM new_rows GROUP BY label_id)
    UPDATE labels SET issues_count = labels.issues_count + d.n FROM d WHERE labels.id = d.label_id;
  ELSE
    WITH d AS (SELECT label_id, COUNT(*)::int AS n FROM old_rows GROUP BY label_id)
    UPDATE labels SET issues_count = labels.issues_count - d.n FROM d WHERE labels.id = d.label_id;
  END IF;
  RETURN NULL;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER label_counts_ins AFTER INSERT ON issue_labels REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION label_counts();
CREATE TRIGGER label_counts_del AFTER DELETE ON issue_labels REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION label_counts();

-- data ------------------------------------------------------------------------------------
INSERT INTO users (login, name) SELECT 'u' || n, 'User ' || n FROM generate_series(1, 7) n;
INSERT INTO projects (key, title) VALUES ('WEB', 'Web site'), ('APP', 'Mobile app'), ('OPS', 'Operations'), ('NEW', 'Nothing yet');
INSERT INTO milestones (project_key, title) VALUES ('WEB', '1.0'), ('WEB', '1.1'), ('APP', 'Beta'), ('OPS', 'Move'), ('OPS', 'Later');
INSERT INTO issues (project_key, title, state, milestone_id, assignee)
  SELECT (ARRAY['WEB', 'APP', 'OPS'])[1 + n % 3], 'issue ' || n, (ARRAY['open', 'in_progress', 'closed', 'open'])[1 + n % 4],
         CASE n % 3 WHEN 0 THEN 1 + n % 2 WHEN 1 THEN 3 END, CASE WHEN n % 5 > 0 THEN 'u' || 1 + n % 6 END
    FROM generate_series(1, 33) n;
UPDATE issues SET parent_number = 1 WHERE number IN (4, 5, 6);
UPDATE issues SET parent_number = 2 WHERE number IN (7, 5);
UPDATE issues SET state = 'closed' WHERE number IN (2, 3);
UPDATE issues SET state = 'open' WHERE project_key = 'WEB' AND number IN (3, 5);
UPDATE issues SET milestone_id = 2 WHERE project_key = 'WEB' AND number IN (1, 4, 7);
UPDATE issues SET milestone_id = 4 WHERE project_key = 'OPS' AND number BETWEEN 3 AND 8;
UPDATE issues SET milestone_id = NULL WHERE project_key = 'APP' AND number = 6;
UPDATE issues SET assignee = 'u7' WHERE number = 9;
INSERT INTO comments (project_key, issue_number, author, body, is_system)
  SELECT project_key, number, 'u' || 1 + (number + k) % 7, 'comment', k = 3 FROM issues, generate_series(1, 3) k WHERE (number + k) % 2 = 0;
DELETE FROM comments WHERE id IN (2, 3, 9);
UPDATE comments SET issue_number = 2 WHERE id IN (5, 6);
UPDATE comments SET is_system = NOT is_system WHERE id IN (11, 12);
INSERT INTO issue_votes SELECT project_key, number, login FROM issues, users WHERE (number * 3 + length(project_key) + right(login, 1)::int) % 7 = 0;
DELETE FROM issue_votes WHERE voter = 'u4';
INSERT INTO time_entries (project_key, issue_number, worker, hours)
  SELECT project_key, number, 'u1', CASE WHEN number % 4 = 0 THEN NULL ELSE number * 0.75 END FROM issues WHERE number < 9;
UPDATE time_entries SET hours = 2.5 WHERE hours IS NULL AND project_key = 'APP';
DELETE FROM time_entries WHERE project_key = 'WEB' AND issue_number = 3;
INSERT INTO labels (name) VALUES ('bug'), ('feature'), ('docs'), ('wontfix');
INSERT INTO issue_labels SELECT project_key, number, 1 + number % 3 FROM issues;
INSERT INTO issue_labels SELECT project_key, number, 1 FROM issues WHERE number % 3 = 1;
DELETE FROM issue_labels WHERE issue_number = 8;
DELETE FROM issues WHERE (project_key, number) IN (('WEB', 10), ('APP', 11));
INSERT INTO attachments (project_key, issue_number, filename, filesize)
  SELECT project_key, number, 'log.txt', 100 FROM issues, generate_series(1, 2) k WHERE (number + k) % 3 = 0;
UPDATE issues i SET attachments_count = (SELECT count(*) FROM attachments a WHERE (a.project_key, a.issue_number) = (i.project_key, i.number));
INSERT INTO webhooks (project_key, url, port, retry_count) VALUES ('WEB', 'https://ci.example.org', 443, 2), ('APP', 'https://hook.example.org', 8443, 0);

-- drift
UPDATE milestones SET open_issues = open_issues + 2 WHERE id = 3;
UPDATE issues SET comments_count = comments_count + 1 WHERE project_key = 'OPS' AND number = 4;
UPDATE issues SET attachments_count = 0 WHERE project_key = 'APP' AND number = 2;
