-- writes: none
COPY public.presets (id, name, usage_count) FROM stdin;
1	Noir	0
2	Ink	0
\.

COPY public.styles (id, usage_count) FROM stdin;
1	4
\.
