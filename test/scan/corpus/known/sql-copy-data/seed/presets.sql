-- writes: 2 sql
COPY public.presets (id, name, usage_count) FROM stdin;
1	Noir	12
2	Ink	0
\.

SELECT pg_catalog.setval('presets_id_seq', 2);
