-- Team chat: workspaces, channels, messages, threads, reactions.
CREATE EXTENSION IF NOT EXISTS pgcrypto;

CREATE TYPE message_kind AS ENUM ('text', 'image', 'file', 'join', 'leave', 'topic');

CREATE TABLE users (
  id bigint PRIMARY KEY,
  name text NOT NULL,
  unread_mentions integer NOT NULL DEFAULT 0,
  timezone_offset integer NOT NULL DEFAULT 0,
  login_attempts integer NOT NULL DEFAULT 0
);

CREATE TABLE workspaces (
  id bigint PRIMARY KEY,
  slug text NOT NULL UNIQUE,
  channels_count integer NOT NULL DEFAULT 0,
  members integer NOT NULL DEFAULT 0,
  paid_seats integer NOT NULL DEFAULT 5,
  retention_days integer
);

CREATE TABLE workspace_members (
  workspace_id bigint NOT NULL REFERENCES workspaces ON DELETE CASCADE,
  user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
  role text NOT NULL DEFAULT 'member',
  PRIMARY KEY (workspace_id, user_id)
);

CREATE TABLE channels (
  id bigint PRIMARY KEY,
  workspace_id bigint NOT NULL REFERENCES workspaces ON DELETE CASCADE,
  name text NOT NULL,
  archived_at timestamptz,
  message_count bigint NOT NULL DEFAULT 0,
  member_count integer NOT NULL DEFAULT 0,
  pins_count integer NOT NULL DEFAULT 0,
  slow_mode_seconds integer NOT NULL DEFAULT 0,
  user_limit integer,
  last_seq bigint NOT NULL DEFAULT 0
);

CREATE TABLE channel_members (
  channel_id bigint NOT NULL REFERENCES channels ON DELETE CASCADE,
  user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
  joined_at timestamptz NOT NULL DEFAULT now(),
  left_at timestamptz,
  unread_count integer NOT NULL DEFAULT 0,
  last_read_at timestamptz,
  PRIMARY KEY (channel_id, user_id)
);

CREATE TABLE messages (
  id bigint PRIMARY KEY,
  channel_id bigint NOT NULL REFERENCES channels ON DELETE CASCADE,
  user_id bigint REFERENCES users ON DELETE SET NULL,
  thread_id bigint REFERENCES messages ON DELETE CASCADE,
  kind message_kind NOT NULL DEFAULT 'text',
  body text,
  nonce text NOT NULL DEFAULT encode(gen_random_bytes(6), 'hex'),
  reply_count integer NOT NULL DEFAULT 0,
  reaction_count integer NOT NULL DEFAULT 0,
  attachments_count integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz
);

CREATE TABLE reactions (
  message_id bigint NOT NULL REFERENCES messages ON DELETE CASCADE,
  user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
  emoji text NOT NULL,
  PRIMARY KEY (message_id, user_id, emoji)
);
-- what is shown below a message
CREATE TABLE reaction_totals (
  message_id bigint NOT NULL REFERENCES messages ON DELETE CASCADE,
  emoji text NOT NULL,
  total integer NOT NULL DEFAULT 0,
  PRIMARY KEY (message_id, emoji)
);

CREATE TABLE pins (
  channel_id bigint NOT NULL REFERENCES channels ON DELETE CASCADE,
  message_id bigint NOT NULL REFERENCES messages ON DELETE CASCADE,
  pinned_by bigint REFERENCES users,
  PRIMARY KEY (channel_id, message_id)
);

CREATE TABLE mentions (
  id bigserial PRIMARY KEY,
  message_id bigint NOT NULL REFERENCES messages ON DELETE CASCADE,
  user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
  read_at timestamptz
);

CREATE TABLE attachments (
  id bigserial PRIMARY KEY,
  message_id bigint NOT NULL REFERENCES messages ON DELETE CASCADE,
  file_name text NOT NULL,
  pages integer
);

CREATE TABLE uploads (
  id bigserial PRIMARY KEY,
  workspace_id bigint NOT NULL REFERENCES workspaces ON DELETE CASCADE,
  bytes bigint NOT NULL,
  purged boolean NOT NULL DEFAULT false
);
CREATE TABLE workspace_usage (
  workspace_id bigint PRIMARY KEY REFERENCES workspaces ON DELETE CASCADE,
  messages bigint NOT NULL DEFAULT 0,
  storage_bytes bigint NOT NULL DEFAULT 0,
  storage_quota bigint NOT NULL DEFAULT 5368709120
);

CREATE TABLE invites (
  code text PRIMARY KEY,
  workspace_id bigint NOT NULL REFERENCES workspaces ON DELETE CASCADE,
  max_uses integer NOT NULL DEFAULT 10,
  uses integer NOT NULL DEFAULT 0,
  expires_at timestamptz
);
CREATE TABLE invite_acceptances (
  id bigserial PRIMARY KEY,
  invite_code text NOT NULL REFERENCES invites ON DELETE CASCADE,
  user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
  accepted_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE gateway_sessions (
  id bigserial PRIMARY KEY,
  user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
  shard_count integer NOT NULL DEFAULT 1,
  heartbeat_count integer NOT NULL DEFAULT 0,
  sequence bigint NOT NULL DEFAULT 0
);

-- channels -------------------------------------------------------------------
CREATE FUNCTION workspace_channels() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.archived_at IS NULL THEN
      UPDATE workspaces SET channels_count = channels_count + 1 WHERE id = NEW.workspace_id;
    END IF;
    RETURN NEW;
  ELSIF TG_OP = 'DELETE' THEN
    IF OLD.archived_at IS NULL THEN
      UPDATE workspaces SET channels_count = channels_count - 1 WHERE id = OLD.workspace_id;
    END IF;
    RETURN OLD;
  END IF;
  IF (OLD.archived_at IS NULL) AND (NEW.archived_at IS NOT NULL) THEN
    UPDATE workspaces SET channels_count = channels_count - 1 WHERE id = OLD.workspace_id;
  ELSIF (OLD.archived_at IS NOT NULL) AND (NEW.archived_at IS NULL) THEN
    UPDATE workspaces SET channels_count = channels_count + 1 WHERE id = NEW.workspace_id;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER workspace_channels AFTER INSERT OR UPDATE OR DELETE ON channels FOR EACH ROW EXECUTE FUNCTION workspace_channels();

CREATE FUNCTION channel_member_count() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  cid bigint;
BEGIN
  IF TG_OP = 'DELETE' THEN
    cid = OLD.channel_id;
  ELSE
    cid = NEW.channel_id;
  END IF;
  UPDATE channels SET member_count = (SELECT count(*) FROM channel_members WHERE channel_id = cid AND left_at IS NULL) WHERE id = cid;
  RETURN NULL;
END $$;
CREATE TRIGGER channel_member_count AFTER INSERT OR DELETE OR UPDATE OF left_at ON channel_members
  FOR EACH ROW EXECUTE FUNCTION channel_member_count();

-- messages ---------------------------------------------------------------------
CREATE FUNCTION message_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- joins, leaves and topics are no messages that anybody has written
  IF NEW.kind IN ('text', 'image', 'file') AND NEW.deleted_at IS NULL THEN
    UPDATE channels SET message_count = message_count + 1 WHERE id = NEW.channel_id;
    INSERT INTO workspace_usage AS w (workspace_id, messages)
    SELECT c.workspace_id, 1 FROM channels c WHERE c.id = NEW.channel_id
    ON CONFLICT (workspace_id) DO UPDATE SET messages = w.messages + 1;
  END IF;
  IF NEW.thread_id IS NOT NULL AND NEW.deleted_at IS NULL THEN
    UPDATE messages SET reply_count = reply_count + 1 WHERE id = NEW.thread_id;
  END IF;
  UPDATE channel_members SET unread_count = unread_count + 1
   WHERE channel_id = NEW.channel_id AND user_id IS DISTINCT FROM NEW.user_id AND left_at IS NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER message_inserted AFTER INSERT ON messages FOR EACH ROW EXECUTE FUNCTION message_inserted();

CREATE FUNCTION message_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.kind IN ('text', 'image', 'file') THEN
    UPDATE channels SET message_count = message_count - 1 WHERE id = OLD.channel_id;
    UPDATE workspace_usage SET messages = messages - 1 WHERE workspace_id = (SELECT c.workspace_id FROM channels c WHERE c.id = OLD.channel_id);
  END IF;
  IF OLD.thread_id IS NOT NULL THEN
    UPDATE messages SET reply_count = reply_count - 1 WHERE id = OLD.thread_id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER message_deleted AFTER DELETE ON messages FOR EACH ROW
  WHEN (OLD.deleted_at IS NULL) EXECUTE FUNCTION message_removed();
CREATE TRIGGER message_soft_deleted AFTER UPDATE OF deleted_at ON messages FOR EACH ROW
  WHEN (OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL) EXECUTE FUNCTION message_removed();

CREATE FUNCTION message_restored() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.kind IN ('text', 'image', 'file') THEN
    UPDATE channels SET message_count = message_count + 1 WHERE id = NEW.channel_id;
    UPDATE workspace_usage SET messages = messages + 1 WHERE workspace_id = (SELECT c.workspace_id FROM channels c WHERE c.id = NEW.channel_id);
  END IF;
  IF NEW.thread_id IS NOT NULL THEN
    UPDATE messages SET reply_count = reply_count + 1 WHERE id = NEW.thread_id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER message_restored AFTER UPDATE OF deleted_at ON messages FOR EACH ROW
  WHEN (OLD.deleted_at IS NOT NULL AND NEW.deleted_at IS NULL) EXECUTE FUNCTION message_restored();

-- reactions ----------------------------------------------------------------------
CREATE FUNCTION reaction_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE messages SET reaction_count = reaction_count + 1 WHERE id = NEW.message_id;
  INSERT INTO reaction_totals (message_id, emoji, total) VALUES (NEW.message_id, NEW.emoji, 1)
  ON CONFLICT (message_id, emoji) DO UPDATE SET total = reaction_totals.total + 1;
  RETURN NEW;
END $$;
CREATE FUNCTION reaction_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE messages SET reaction_count = reaction_count - 1 WHERE id = OLD.message_id;
  UPDATE reaction_totals SET total = total - 1 WHERE message_id = OLD.message_id AND emoji = OLD.emoji;
  DELETE FROM reaction_totals WHERE message_id = OLD.message_id AND emoji = OLD.emoji AND total <= 0;
  RETURN OLD;
END $$;
CREATE TRIGGER reaction_added AFTER INSERT ON reactions FOR EACH ROW EXECUTE FUNCTION reaction_added();
CREATE TRIGGER reaction_removed AFTER DELETE ON reactions FOR EACH ROW EXECUTE FUNCTION reaction_removed();

-- pins, mentions, uploads -----------------------------------------------------------
CREATE FUNCTION pins_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE channels SET pins_count = x.n
    FROM (SELECT r.channel_id, (SELECT count(*) FROM pins p WHERE p.channel_id = r.channel_id) AS n
            FROM (SELECT DISTINCT channel_id FROM touched) r) x
   WHERE channels.id = x.channel_id;
  RETURN NULL;
END $$;
CREATE TRIGGER pins_inserted AFTER INSERT ON pins REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION pins_changed();
CREATE TRIGGER pins_deleted AFTER DELETE ON pins REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION pins_changed();

CREATE FUNCTION unread_mentions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NEW.read_at IS NULL THEN
    UPDATE users SET unread_mentions = unread_mentions + 1 WHERE users.id = NEW.user_id;
  ELSIF TG_OP = 'UPDATE' AND OLD.read_at IS NULL AND NEW.read_at IS NOT NULL THEN
    UPDATE users SET unread_mentions = GREATEST(0, unread_mentions - 1) WHERE users.id = NEW.user_id;
  ELSIF TG_OP = 'UPDATE' AND OLD.read_at IS NOT NULL AND NEW.read_at IS NULL THEN
    UPDATE users SET unread_mentions = unread_mentions + 1 WHERE users.id = NEW.user_id;
  ELSIF TG_OP = 'DELETE' AND OLD.read_at IS NULL THEN
    UPDATE users SET unread_mentions = GREATEST(0, unread_mentions - 1) WHERE users.id = OLD.user_id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER unread_mentions AFTER INSERT OR UPDATE OR DELETE ON mentions FOR EACH ROW EXECUTE FUNCTION unread_mentions();

CREATE FUNCTION storage_used() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO workspace_usage (workspace_id, storage_bytes)
    VALUES (NEW.workspace_id, CASE WHEN NEW.purged THEN 0 ELSE NEW.bytes END)
    ON CONFLICT (workspace_id) DO UPDATE SET storage_bytes = workspace_usage.storage_bytes + EXCLUDED.storage_bytes;
  ELSIF TG_OP = 'UPDATE' THEN
    IF NEW.purged AND NOT OLD.purged THEN
      UPDATE workspace_usage SET storage_bytes = storage_bytes - OLD.bytes WHERE workspace_id = OLD.workspace_id;
    ELSIF OLD.purged AND NOT NEW.purged THEN
      UPDATE workspace_usage SET storage_bytes = storage_bytes + NEW.bytes WHERE workspace_id = NEW.workspace_id;
    END IF;
  ELSIF NOT OLD.purged THEN
    UPDATE workspace_usage SET storage_bytes = storage_bytes - OLD.bytes WHERE workspace_id = OLD.workspace_id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER storage_used AFTER INSERT OR DELETE OR UPDATE OF purged ON uploads FOR EACH ROW EXECUTE FUNCTION storage_used();

-- called by the gateway ----------------------------------------------------------------
CREATE FUNCTION accept_invite(p_code text, p_user bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  inv invites%ROWTYPE;
BEGIN
  SELECT * INTO inv FROM invites WHERE code = p_code FOR UPDATE;
  IF NOT FOUND OR inv.uses >= inv.max_uses THEN
    RETURN false;
  END IF;
  INSERT INTO invite_acceptances (invite_code, user_id) VALUES (inv.code, p_user);
  INSERT INTO workspace_members (workspace_id, user_id) VALUES (inv.workspace_id, p_user) ON CONFLICT DO NOTHING;
  UPDATE invites SET uses = uses + 1 WHERE code = inv.code;
  RETURN true;
END $$;

CREATE FUNCTION next_seq(p_channel bigint) RETURNS bigint LANGUAGE sql AS $$
  UPDATE channels SET last_seq = last_seq + 1 WHERE id = p_channel RETURNING last_seq
$$;

CREATE FUNCTION mark_read(p_channel bigint, p_user bigint) RETURNS void LANGUAGE sql AS $$
  UPDATE channel_members SET unread_count = 0, last_read_at = now() WHERE channel_id = p_channel AND user_id = p_user
$$;

CREATE FUNCTION heartbeat(p_session bigint) RETURNS void LANGUAGE sql AS $$
  UPDATE gateway_sessions SET heartbeat_count = heartbeat_count + 1 WHERE id = p_session
$$;

-- data -----------------------------------------------------------------------------------
INSERT INTO users (id, name) SELECT n, 'user' || n FROM generate_series(1, 12) n;
INSERT INTO workspaces (id, slug, paid_seats) SELECT n, 'team-' || n, 10 * n FROM generate_series(1, 5) n;
INSERT INTO workspace_members (workspace_id, user_id, role)
  SELECT w, u, CASE WHEN u = w THEN 'owner' ELSE 'member' END FROM generate_series(1, 4) w, generate_series(1, 9) u WHERE (w + u) % 3 > 0;
INSERT INTO channels (id, workspace_id, name) SELECT n, 1 + n % 4, 'channel-' || n FROM generate_series(1, 11) n;
UPDATE channels SET archived_at = now() WHERE id IN (3, 7, 8);
UPDATE channels SET archived_at = NULL WHERE id = 8;
INSERT INTO channel_members (channel_id, user_id) SELECT c, u FROM generate_series(1, 9) c, generate_series(1, 12) u WHERE (c * 2 + u) % 5 < 2;
UPDATE channel_members SET left_at = now() WHERE user_id IN (4, 5);
UPDATE channel_members SET left_at = NULL WHERE user_id = 5 AND channel_id < 4;
DELETE FROM channel_members WHERE user_id = 6;
INSERT INTO messages (id, channel_id, user_id, kind, body)
  SELECT n, 1 + n % 9, 1 + n % 12, (ARRAY['text', 'text', 'image', 'join', 'file', 'topic', 'text'])[1 + n % 7]::message_kind, 'message ' || n FROM generate_series(1, 40) n;
INSERT INTO messages (id, channel_id, user_id, thread_id, body)
  SELECT 100 + n, m.channel_id, 1 + n % 12, m.id, 'in a thread' FROM generate_series(1, 22) n JOIN messages m ON m.id = 1 + n % 8;
UPDATE messages SET deleted_at = now() WHERE id IN (5, 6, 17, 103, 104);
UPDATE messages SET deleted_at = NULL WHERE id IN (6, 104);
DELETE FROM messages WHERE id IN (30, 33, 110, 103);
INSERT INTO reactions (message_id, user_id, emoji)
  SELECT m.id, u.id, (ARRAY['heart', 'eyes', 'rocket'])[1 + (m.id + u.id / 5) % 3] FROM messages m, users u WHERE m.id < 20 AND (m.id * u.id) % 7 IN (2, 3, 5);
DELETE FROM reactions WHERE user_id IN (3, 8);
INSERT INTO pins (channel_id, message_id, pinned_by) SELECT channel_id, id, 1 FROM messages WHERE id % 4 = 0 AND id < 30;
DELETE FROM pins WHERE message_id IN (4, 8);
INSERT INTO mentions (message_id, user_id, read_at) SELECT id, 1 + (id * 5) % 11, CASE WHEN id % 4 = 0 THEN now() END FROM messages WHERE id < 30;
UPDATE mentions SET read_at = now() WHERE id % 5 = 0;
DELETE FROM mentions WHERE id % 6 = 0;
INSERT INTO uploads (workspace_id, bytes, purged) SELECT 1 + n % 4, n * 1024, n % 6 = 0 FROM generate_series(1, 20) n;
UPDATE uploads SET purged = true WHERE id IN (2, 3);
UPDATE uploads SET purged = false WHERE id = 6;
DELETE FROM uploads WHERE id IN (9, 12);
INSERT INTO invites (code, workspace_id, max_uses) VALUES ('alpha', 1, 10), ('beta', 2, 3), ('gamma', 3, 10), ('delta', 4, 5);
SELECT accept_invite((ARRAY['alpha', 'beta', 'gamma'])[1 + n % 3], 1 + n % 12) FROM generate_series(1, 13) n;
INSERT INTO attachments (message_id, file_name) SELECT id, 'file' || id || '.pdf' FROM messages WHERE id % 3 = 0;
INSERT INTO attachments (message_id, file_name) SELECT id, 'file' || id || '.txt' FROM messages WHERE id % 6 = 0;
UPDATE messages m SET attachments_count = (SELECT count(*) FROM attachments a WHERE a.message_id = m.id);
-- as the application has written it down
UPDATE workspaces w SET members = (SELECT count(*) FROM workspace_members wm WHERE wm.workspace_id = w.id);
UPDATE workspaces SET members = members - 1 WHERE id = 2;
INSERT INTO gateway_sessions (user_id) SELECT n FROM generate_series(1, 4) n;
SELECT heartbeat(1 + n % 4) FROM generate_series(1, 9) n;
SELECT next_seq(1 + n % 3) FROM generate_series(1, 12) n;
SELECT mark_read(1, 2);

-- mistakes
UPDATE channels SET message_count = message_count + 7 WHERE id = 2;
UPDATE reaction_totals SET total = total + 1 WHERE (message_id, emoji) IN (SELECT message_id, emoji FROM reaction_totals ORDER BY message_id, emoji LIMIT 2);
