-- Events, games and devices of a club. Looks as if it counted, and does not.
CREATE TABLE venues (
  id serial PRIMARY KEY,
  name text NOT NULL,
  capacity integer NOT NULL,
  rooms_booked_at_once integer NOT NULL DEFAULT 1,
  floor integer NOT NULL DEFAULT 0
);

CREATE TABLE events (
  id serial PRIMARY KEY,
  venue_id integer NOT NULL REFERENCES venues,
  title text NOT NULL,
  max_guests integer NOT NULL DEFAULT 50,
  min_guests integer NOT NULL DEFAULT 5,
  expected_guests integer,
  duration_minutes integer NOT NULL DEFAULT 90,
  view_count integer NOT NULL DEFAULT 0,
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE guests (
  id serial PRIMARY KEY,
  event_id integer NOT NULL REFERENCES events ON DELETE CASCADE,
  name text NOT NULL,
  age integer,
  companions integer NOT NULL DEFAULT 0,
  waiting_position integer
);

CREATE TABLE players (
  id serial PRIMARY KEY,
  nick text NOT NULL UNIQUE,
  level integer NOT NULL DEFAULT 1,
  experience bigint NOT NULL DEFAULT 0,
  lives integer NOT NULL DEFAULT 3,
  high_score integer NOT NULL DEFAULT 0,
  coins integer NOT NULL DEFAULT 100
);

CREATE TABLE matches (
  id serial PRIMARY KEY,
  round integer NOT NULL DEFAULT 1,
  max_players integer NOT NULL DEFAULT 4,
  turn_count integer NOT NULL DEFAULT 0,
  rematch_of integer REFERENCES matches
);
CREATE TABLE match_players (
  match_id integer NOT NULL REFERENCES matches ON DELETE CASCADE,
  player_id integer NOT NULL REFERENCES players,
  seat integer NOT NULL,
  score integer NOT NULL DEFAULT 0,
  PRIMARY KEY (match_id, player_id)
);

CREATE TABLE devices (
  id serial PRIMARY KEY,
  name text NOT NULL,
  port integer NOT NULL,
  cpu_count integer NOT NULL DEFAULT 4,
  reboot_count integer NOT NULL DEFAULT 0,
  uptime_seconds bigint NOT NULL DEFAULT 0,
  last_reading numeric,
  last_seen timestamptz
);
CREATE TABLE readings (
  id bigserial PRIMARY KEY,
  device_id integer NOT NULL REFERENCES devices ON DELETE CASCADE,
  value numeric NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE login_throttle (
  ip inet PRIMARY KEY,
  attempts integer NOT NULL DEFAULT 0,
  blocked_until timestamptz
);

CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.updated_at = now();
  RETURN NEW;
END $$;
CREATE TRIGGER touch BEFORE UPDATE ON events FOR EACH ROW EXECUTE FUNCTION touch();

-- the last reading stands beside the device
CREATE FUNCTION device_seen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE devices SET last_reading = NEW.value, last_seen = NEW.at WHERE id = NEW.device_id;
  RETURN NULL;
END $$;
CREATE TRIGGER device_seen AFTER INSERT ON readings FOR EACH ROW EXECUTE FUNCTION device_seen();

-- the best score of a player, which is no sum
CREATE FUNCTION keep_high_score() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE players SET high_score = GREATEST(high_score, NEW.score) WHERE id = NEW.player_id;
  RETURN NULL;
END $$;
CREATE TRIGGER keep_high_score AFTER INSERT OR UPDATE OF score ON match_players FOR EACH ROW EXECUTE FUNCTION keep_high_score();

CREATE FUNCTION seat_of_player() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.seat := (SELECT coalesce(max(seat), 0) + 1 FROM match_players WHERE match_id = NEW.match_id);
  RETURN NEW;
END $$;
CREATE TRIGGER seat_of_player BEFORE INSERT ON match_players FOR EACH ROW EXECUTE FUNCTION seat_of_player();

CREATE FUNCTION guests_fit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  n integer;
BEGIN
  SELECT count(*) INTO n FROM guests WHERE event_id = NEW.event_id;
  IF n >= (SELECT max_guests FROM events WHERE id = NEW.event_id) THEN
    NEW.waiting_position := n - (SELECT max_guests FROM events WHERE id = NEW.event_id) + 1;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guests_fit BEFORE INSERT ON guests FOR EACH ROW EXECUTE FUNCTION guests_fit();

CREATE FUNCTION failed_login(p_ip inet) RETURNS void LANGUAGE sql AS $$
  INSERT INTO login_throttle AS t (ip, attempts) VALUES (p_ip, 1)
  ON CONFLICT (ip) DO UPDATE SET attempts = t.attempts + 1, blocked_until = CASE WHEN t.attempts >= 4 THEN now() + interval '1 hour' END
$$;
CREATE FUNCTION good_login(p_ip inet) RETURNS void LANGUAGE sql AS $$
  DELETE FROM login_throttle WHERE ip = p_ip
$$;

CREATE MATERIALIZED VIEW leaderboard AS
  SELECT p.id, p.nick, count(mp.match_id) AS matches_count, coalesce(sum(mp.score), 0) AS total_score,
         rank() OVER (ORDER BY coalesce(sum(mp.score), 0) DESC) AS "position"
    FROM players p LEFT JOIN match_players mp ON mp.player_id = p.id GROUP BY p.id, p.nick;

INSERT INTO venues (name, capacity, floor) SELECT 'Venue ' || n, 40 * n, n % 3 FROM generate_series(1, 5) n;
INSERT INTO events (venue_id, title, max_guests, expected_guests, view_count) SELECT 1 + n % 5, 'Event ' || n, 2 + n, 20 + n, 31 * n % 17 FROM generate_series(1, 9) n;
INSERT INTO guests (event_id, name, age, companions) SELECT 1 + n % 8, 'Guest ' || n, 18 + n, n % 3 FROM generate_series(1, 40) n;
INSERT INTO players (nick, level, experience) SELECT 'nick' || n, 1 + n % 9, 100 * n FROM generate_series(1, 10) n;
INSERT INTO matches (round, max_players, turn_count) SELECT 1 + n % 3, 4, 10 + n * 7 % 13 FROM generate_series(1, 8) n;
INSERT INTO match_players (match_id, player_id, score) SELECT m, p, m * p FROM generate_series(1, 8) m, generate_series(1, 10) p WHERE (m + p) % 4 = 0;
UPDATE match_players SET score = score + 5 WHERE match_id = 2;
INSERT INTO devices (name, port, cpu_count, reboot_count) SELECT 'dev' || n, 9000 + n, 2 * n, n * 5 % 7 FROM generate_series(1, 6) n;
INSERT INTO readings (device_id, value) SELECT 1 + n % 6, n * 0.5 FROM generate_series(1, 35) n;
SELECT failed_login(('10.0.0.' || n % 4)::inet) FROM generate_series(1, 13) n;
SELECT good_login('10.0.0.1');
REFRESH MATERIALIZED VIEW leaderboard;
