-- Questions and answers.
CREATE TYPE votable AS ENUM ('Question', 'Answer');

CREATE TABLE users (
  id bigserial PRIMARY KEY,
  display_name text NOT NULL,
  reputation integer NOT NULL DEFAULT 1,
  questions_count integer NOT NULL DEFAULT 0,
  answers_count integer NOT NULL DEFAULT 0,
  age integer,
  profile_views integer NOT NULL DEFAULT 0
);

CREATE TABLE questions (
  id bigserial PRIMARY KEY,
  user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
  title text NOT NULL,
  body text NOT NULL DEFAULT '',
  accepted_answer_id bigint,
  answer_count integer NOT NULL DEFAULT 0,
  comment_count integer NOT NULL DEFAULT 0,
  up_votes integer NOT NULL DEFAULT 0,
  down_votes integer NOT NULL DEFAULT 0,
  score integer NOT NULL DEFAULT 0,
  bounty_total integer NOT NULL DEFAULT 0,
  view_count bigint NOT NULL DEFAULT 0,
  min_reputation integer NOT NULL DEFAULT 0,
  revision integer NOT NULL DEFAULT 1,
  search tsvector,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE answers (
  id bigserial PRIMARY KEY,
  question_id bigint NOT NULL REFERENCES questions ON DELETE CASCADE,
  user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
  body text NOT NULL,
  score integer NOT NULL DEFAULT 0,
  comment_count integer NOT NULL DEFAULT 0,
  deleted_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE questions ADD FOREIGN KEY (accepted_answer_id) REFERENCES answers ON DELETE SET NULL;

-- a comment stands below a question or below an answer
CREATE TABLE comments (
  id bigserial PRIMARY KEY,
  question_id bigint REFERENCES questions ON DELETE CASCADE,
  answer_id bigint REFERENCES answers ON DELETE CASCADE,
  user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
  text varchar(600) NOT NULL,
  CHECK (num_nonnulls(question_id, answer_id) = 1)
);

CREATE TABLE votes (
  id bigserial PRIMARY KEY,
  user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
  votable_type votable NOT NULL,
  votable_id bigint NOT NULL,
  value smallint NOT NULL CHECK (value IN (-1, 1)),
  UNIQUE (user_id, votable_type, votable_id)
);

CREATE TABLE bounties (
  id bigserial PRIMARY KEY,
  question_id bigint NOT NULL REFERENCES questions ON DELETE CASCADE,
  user_id bigint NOT NULL REFERENCES users,
  amount integer NOT NULL,
  status text NOT NULL DEFAULT 'open'
);

CREATE TABLE tags (
  name text PRIMARY KEY,
  wiki text,
  questions_count integer NOT NULL DEFAULT 0
);
CREATE TABLE question_tags (
  question_id bigint NOT NULL REFERENCES questions ON DELETE CASCADE,
  tag text NOT NULL REFERENCES tags ON UPDATE CASCADE ON DELETE CASCADE,
  PRIMARY KEY (question_id, tag)
);

CREATE TABLE badges (
  id serial PRIMARY KEY,
  name text NOT NULL,
  class smallint NOT NULL DEFAULT 3,
  threshold integer NOT NULL DEFAULT 10,
  awards_count integer NOT NULL DEFAULT 0
);
CREATE TABLE badge_awards (
  id bigserial PRIMARY KEY,
  badge_id integer NOT NULL REFERENCES badges ON DELETE CASCADE,
  user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
  awarded_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE audit_log (
  id bigserial PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  relation text NOT NULL,
  operation text NOT NULL,
  row_count integer,
  old_row jsonb
);

-- answers
CREATE FUNCTION question_answer_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  CASE TG_OP
    WHEN 'INSERT' THEN
      IF NEW.deleted_at IS NULL THEN
        UPDATE questions SET answer_count = answer_count + 1 WHERE id = NEW.question_id;
        UPDATE users SET answers_count = answers_count + 1 WHERE id = NEW.user_id;
      END IF;
    WHEN 'UPDATE' THEN
      IF NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL THEN
        UPDATE questions SET answer_count = GREATEST(answer_count - 1, 0) WHERE id = NEW.question_id;
        UPDATE users SET answers_count = GREATEST(answers_count - 1, 0) WHERE id = NEW.user_id;
      END IF;
      IF NEW.deleted_at IS NULL AND OLD.deleted_at IS NOT NULL THEN
        UPDATE questions SET answer_count = answer_count + 1 WHERE id = NEW.question_id;
        UPDATE users SET answers_count = answers_count + 1 WHERE id = NEW.user_id;
      END IF;
    WHEN 'DELETE' THEN
      IF OLD.deleted_at IS NULL THEN
        UPDATE questions SET answer_count = GREATEST(answer_count - 1, 0) WHERE id = OLD.question_id;
        UPDATE users SET answers_count = GREATEST(answers_count - 1, 0) WHERE id = OLD.user_id;
      END IF;
  END CASE;
  RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER answer_count AFTER INSERT OR UPDATE OR DELETE ON answers
  FOR EACH ROW EXECUTE FUNCTION question_answer_count();

-- comments
CREATE FUNCTION count_comment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  r comments%ROWTYPE;
  delta integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    r := NEW;
    delta := 1;
  ELSE
    r := OLD;
    delta := -1;
  END IF;
  IF r.question_id IS NOT NULL THEN
    UPDATE questions SET comment_count = comment_count + delta WHERE id = r.question_id;
  ELSE
    UPDATE answers SET comment_count = comment_count + delta WHERE id = r.answer_id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER count_comment AFTER INSERT OR DELETE ON comments FOR EACH ROW EXECUTE FUNCTION count_comment();

-- votes
CREATE FUNCTION vote_cast() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.votable_type = 'Question' THEN
    UPDATE questions
       SET score = score + NEW.value,
           up_votes = up_votes + (CASE WHEN NEW.value = 1 THEN 1 ELSE 0 END),
           down_votes = down_votes + (CASE WHEN NEW.value = -1 THEN 1 ELSE 0 END)
     WHERE id = NEW.votable_id;
  ELSIF NEW.votable_type = 'Answer' THEN
    UPDATE answers SET score = score + NEW.value WHERE id = NEW.votable_id;
  END IF;
  RETURN NEW;
END $$;
CREATE FUNCTION vote_retracted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.votable_type = 'Question' THEN
    UPDATE questions
       SET score = score - OLD.value,
           up_votes = up_votes - (CASE WHEN OLD.value = 1 THEN 1 ELSE 0 END),
           down_votes = down_votes - (CASE WHEN OLD.value = -1 THEN 1 ELSE 0 END)
     WHERE id = OLD.votable_id;
  ELSIF OLD.votable_type = 'Answer' THEN
    UPDATE answers SET score = score - OLD.value WHERE id = OLD.votable_id;
  END IF;
  RETURN OLD;
END $$;
-- somebody turns a vote round
CREATE FUNCTION vote_turned() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.votable_type = 'Question' THEN
    UPDATE questions
       SET score = score - OLD.value + NEW.value,
           up_votes = up_votes + (CASE WHEN NEW.value = 1 THEN 1 ELSE 0 END) - (CASE WHEN OLD.value = 1 THEN 1 ELSE 0 END),
           down_votes = down_votes + (CASE WHEN NEW.value = -1 THEN 1 ELSE 0 END) - (CASE WHEN OLD.value = -1 THEN 1 ELSE 0 END)
     WHERE id = NEW.votable_id;
  ELSIF NEW.votable_type = 'Answer' THEN
    UPDATE answers SET score = score - OLD.value + NEW.value WHERE id = NEW.votable_id;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER vote_cast AFTER INSERT ON votes FOR EACH ROW EXECUTE FUNCTION vote_cast();
CREATE TRIGGER vote_retracted AFTER DELETE ON votes FOR EACH ROW EXECUTE FUNCTION vote_retracted();
CREATE TRIGGER vote_turned AFTER UPDATE OF value ON votes FOR EACH ROW EXECUTE FUNCTION vote_turned();

-- reputation: ten for a vote upwards, minus two for one downwards
CREATE FUNCTION vote_reputation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE users
     SET reputation = reputation + CASE WHEN NEW.value > 0 THEN 10 ELSE -2 END
   WHERE id = (CASE NEW.votable_type
                 WHEN 'Question' THEN (SELECT q.user_id FROM questions q WHERE q.id = NEW.votable_id)
                 ELSE (SELECT a.user_id FROM answers a WHERE a.id = NEW.votable_id) END);
  RETURN NEW;
END $$;
CREATE TRIGGER vote_reputation AFTER INSERT ON votes FOR EACH ROW EXECUTE FUNCTION vote_reputation();

-- bounties
CREATE FUNCTION question_bounty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE questions q
     SET bounty_total = COALESCE((SELECT sum(b.amount) FROM bounties b WHERE b.question_id = q.id AND b.status = 'open'), 0)
   WHERE q.id IN (NEW.question_id, OLD.question_id);
  RETURN NULL;
END $$;
CREATE TRIGGER question_bounty AFTER INSERT OR UPDATE OR DELETE ON bounties FOR EACH ROW EXECUTE FUNCTION question_bounty();

-- tags
CREATE FUNCTION tagged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE tags t SET questions_count = questions_count + (SELECT count(*) FROM inserted i WHERE i.tag = t.name)
   WHERE t.name IN (SELECT tag FROM inserted);
  RETURN NULL;
END $$;
CREATE TRIGGER tagged AFTER INSERT ON question_tags REFERENCING NEW TABLE AS inserted
  FOR EACH STATEMENT EXECUTE FUNCTION tagged();
CREATE FUNCTION untagged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE tags SET questions_count = questions_count - 1 WHERE name = OLD.tag;
  RETURN OLD;
END $$;
CREATE TRIGGER untagged AFTER DELETE ON question_tags FOR EACH ROW EXECUTE FUNCTION untagged();

-- called by the application
CREATE FUNCTION award_badge(p_badge integer, p_user bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO badge_awards (badge_id, user_id) VALUES (p_badge, p_user);
  UPDATE badges SET awards_count = awards_count + 1 WHERE id = p_badge;
END $$;

CREATE FUNCTION count_view(p_question bigint) RETURNS bigint LANGUAGE sql AS $$
  UPDATE questions SET view_count = view_count + 1 WHERE id = p_question RETURNING view_count;
$$;

CREATE FUNCTION write_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_log (relation, operation, old_row)
  VALUES (TG_TABLE_NAME, TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END);
  RETURN NULL;
END $$;
CREATE TRIGGER audit_questions AFTER UPDATE OR DELETE ON questions FOR EACH ROW
  WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION write_audit();

CREATE FUNCTION question_search() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.search := to_tsvector('english', NEW.title || ' ' || NEW.body);
  IF TG_OP = 'UPDATE' AND NEW.body <> OLD.body THEN
    NEW.revision := OLD.revision + 1;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER question_search BEFORE INSERT OR UPDATE OF title, body ON questions FOR EACH ROW EXECUTE FUNCTION question_search();

-- data
INSERT INTO users (display_name, age) SELECT 'User ' || n, 20 + n FROM generate_series(1, 12) n;
INSERT INTO questions (user_id, title, body) SELECT 1 + (n * 7) % 10, 'How to ' || n || '?', 'Long text ' || n FROM generate_series(1, 18) n;
UPDATE questions SET body = body || ' (edited)' WHERE id IN (2, 5);
INSERT INTO answers (question_id, user_id, body) SELECT 1 + (n * 3) % 16, 1 + n % 11, 'Answer ' || n FROM generate_series(1, 40) n;
UPDATE answers SET deleted_at = now() WHERE id IN (4, 9, 14);
UPDATE answers SET deleted_at = NULL WHERE id = 9;
DELETE FROM answers WHERE id IN (14, 22);
INSERT INTO comments (question_id, user_id, text) SELECT 1 + n % 7, 1 + n % 12, 'hm' FROM generate_series(1, 19) n;
INSERT INTO comments (answer_id, user_id, text) SELECT a.id, 1 + a.id % 12, 'thanks' FROM answers a WHERE a.id % 2 = 1;
DELETE FROM comments WHERE id IN (3, 5, 25);
INSERT INTO votes (user_id, votable_type, votable_id, value)
  SELECT u, 'Question', q, CASE WHEN (u + q) % 4 = 0 THEN -1 ELSE 1 END FROM generate_series(1, 12) u, generate_series(1, 15) q WHERE (u * 2 + q) % 5 = 0;
INSERT INTO votes (user_id, votable_type, votable_id, value)
  SELECT u.id, 'Answer', a.id, CASE WHEN (u.id + a.id) % 5 = 0 THEN -1 ELSE 1 END FROM users u, answers a WHERE (u.id + a.id * 2) % 7 = 0;
UPDATE votes SET value = -value WHERE id % 10 = 0;
DELETE FROM votes WHERE user_id = 12;
INSERT INTO bounties (question_id, user_id, amount, status) VALUES (1, 2, 50, 'open'), (1, 3, 100, 'open'), (2, 4, 50, 'awarded'), (3, 4, 500, 'open'), (4, 1, 25, 'expired');
UPDATE bounties SET status = 'awarded' WHERE id = 1;
INSERT INTO tags (name) VALUES ('sql'), ('python'), ('html'), ('css'), ('unused');
INSERT INTO question_tags SELECT q, (ARRAY['sql', 'python', 'html', 'css'])[1 + q % 4] FROM generate_series(1, 18) q;
INSERT INTO question_tags SELECT q, 'sql' FROM generate_series(1, 18) q WHERE q % 4 = 2;
DELETE FROM question_tags WHERE question_id IN (4, 6);
INSERT INTO badges (name, class) VALUES ('Teacher', 3), ('Student', 3), ('Guru', 1);
SELECT award_badge(1 + n % 2, 1 + n % 10) FROM generate_series(1, 13) n;
SELECT count_view(1 + n % 6) FROM generate_series(1, 40) n;
-- kept by the application
UPDATE users u SET questions_count = (SELECT count(*) FROM questions q WHERE q.user_id = u.id);
UPDATE users SET questions_count = questions_count + 2 WHERE id = 3;

-- wrong
UPDATE questions SET score = score + 3 WHERE id = 5;
UPDATE badges SET awards_count = awards_count + 1 WHERE id = 2;
