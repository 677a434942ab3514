-- writes: none
CREATE TABLE presets (id int, rank int, usage_count int DEFAULT 0, shared int);
INSERT INTO presets VALUES (1, 10, 0, 1), (2, 20, DEFAULT, 1);
INSERT INTO presets VALUES (3, 30);
INSERT INTO templates VALUES (3, 30, 5);
